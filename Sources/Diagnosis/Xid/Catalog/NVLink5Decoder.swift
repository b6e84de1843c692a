/// One row of xid-nvlink5.tsv: what a pair of words of Xid 144 to 150 means.
package struct NVLink5Row: Sendable, Hashable {
    package enum Severity: String, Sendable, Hashable {
        case nonfatal, fatal
        /// Fatal for that link only.
        case linkFatal = "link_fatal"
    }

    /// Fits a first word when `word & mask == value`.
    struct Pattern: Sendable, Hashable {
        let mask: UInt32
        let value: UInt32
    }

    package let number: UInt32
    /// The unit; two names where the driver's older and newer word differ.
    package let units: [String]
    let v1: Pattern
    let v2: Pattern
    package let status: UInt32
    /// Nil: do what Xid 154 or NVML's recovery action says.
    package let action: Action?
    /// NVIDIA's word for what to investigate, for example `LINK_SIGNAL_AND_CABLES`.
    package let investigate: String
    package let severity: Severity
    /// hardware, software, firmware, either; empty where NVIDIA says nothing.
    package let side: String

    init?(columns: [String]) {
        func word(_ index: Int) -> UInt32? {
            columns[index].hasPrefix("0x") ? UInt32(columns[index].dropFirst(2), radix: 16) : nil
        }
        guard columns.count == 11, let number = UInt32(columns[0]), let severity = Severity(rawValue: columns[9]),
            let v1Mask = word(2), let v1 = word(3), let v2Mask = word(4), let v2 = word(5), let status = word(6)
        else { return nil }
        action = Action(rawValue: columns[7])
        guard action != nil || columns[7] == "FOLLOW_154" else { return nil }
        self.number = number
        units = columns[1].split(separator: "/").map(String.init)
        self.v1 = Pattern(mask: v1Mask, value: v1)
        self.v2 = Pattern(mask: v2Mask, value: v2)
        self.status = status
        investigate = columns[8]
        self.severity = severity
        side = columns[10] == "-" ? "" : columns[10]
    }

    func pattern(_ layout: NVLink5Layout) -> Pattern { layout == .v1 ? v1 : v2 }
}

/// How the driver lays out the first word.
package enum NVLink5Layout: String, Sendable, Hashable {
    /// Drivers before 575.
    case v1
    /// Drivers 575 and later.
    case v2

    package init(driverMajor: Int) { self = driverMajor >= 575 ? .v2 : .v1 }
}

/// What the words of one NVLink5 line mean.
package struct NVLink5Decoding: Sendable, Hashable {
    package let row: NVLink5Row
    /// Bits 25 to 20 of the first word.
    package let subcode: UInt32
    package let layout: NVLink5Layout
}

/// Finds the row for the first two words of Xid 144 to 150.
package struct NVLink5Decoder: Sendable {
    private let table: TSVTable

    init() { table = TSVTable(.nvlink5) }

    /// Every row, in the file's order; nil in place of a malformed one.
    package var rows: [NVLink5Row?] { table.rows.map { NVLink5Row(columns: table.columns(at: $0)) } }

    /// The bits of the first word that any row looks at.
    static let intrinfoMask: UInt32 = 0x03f0_07ff

    /// Bits 25 to 20 of the first word.
    package static func subcode(of intrinfo: UInt32) -> UInt32 { intrinfo >> 20 & 0x3f }

    /// Nil where the table has no row for these words: the line's own `Fatal` or `Nonfatal` then decides.
    ///
    /// - Parameters:
    ///   - number: 144 to 150.
    ///   - unit: the unit's name in the line; it tells the layouts apart where the driver is not known.
    ///   - intrinfo: the first word.
    ///   - status: the second word.
    ///   - driverMajor: 570 of 570.86.15; nil where it is not known, then both layouts are tried, the newer first.
    package func decode(number: UInt32, unit: String, intrinfo: UInt32, status: UInt32, driverMajor: Int?)
        -> NVLink5Decoding?
    {
        let expected = driverMajor.map { NVLink5Layout(driverMajor: $0) }
        let layouts: [NVLink5Layout] = expected == .v1 ? [.v1, .v2] : [.v2, .v1]
        let rows = rows.compactMap { $0 }.filter { $0.number == number && $0.status == status }
        for layout in layouts {
            let fitting = rows.filter { intrinfo & $0.pattern(layout).mask == $0.pattern(layout).value }
            let named = fitting.first { $0.units.contains(unit) }
            if let row = named ?? (layout == expected ? fitting.first : nil) {
                return NVLink5Decoding(row: row, subcode: Self.subcode(of: intrinfo), layout: layout)
            }
        }
        return nil
    }
}
