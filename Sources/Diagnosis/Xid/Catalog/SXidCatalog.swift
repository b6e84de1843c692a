/// What the catalogue knows about one NVSwitch error: one row of sxid.tsv.
package struct SXidEntry: Sendable, Hashable {
    /// How the error is rated where the line itself has no word for it.
    package enum Rating: String, Sendable, Hashable {
        case fatal
        case nonFatal = "non_fatal"
        case byLine = "by_line"
    }

    package let number: UInt32
    /// The part of the switch.
    package let area: String
    /// The name in the NVSwitch driver.
    package let symbol: String
    package let name: String
    package let rating: Rating
    /// What the driver prints on NVSwitch of A100 systems; may be empty.
    package let severityLR10: String
    /// What the driver prints on NVSwitch of H100 and H200 systems; may be empty.
    package let severityLS10: String
    /// The group in the Fabric Manager's guide: always_fatal, potentially_fatal, non_fatal; may be empty.
    package let guideGroup: String
    package let action: Action
    package let notes: String
    /// False for a number that the catalogue does not have.
    package let isKnown: Bool
    /// Whether the Fabric Manager's guide lists it among those that may be ignored (its table of non-fatal errors).
    package var isSafeToIgnore: Bool { rating == .nonFatal && guideGroup == "non_fatal" && action == .none }

    init?(columns: [String]) {
        guard columns.count == 10, let number = UInt32(columns[0]), let rating = Rating(rawValue: columns[4]),
            let action = Action(rawValue: columns[8])
        else { return nil }
        func text(_ index: Int) -> String { columns[index] == "-" ? "" : columns[index] }
        self.number = number
        area = text(1)
        symbol = text(2)
        name = columns[3]
        self.rating = rating
        severityLR10 = text(5)
        severityLS10 = text(6)
        guideGroup = text(7)
        self.action = action
        notes = text(9)
        isKnown = true
    }

    init(unknown number: UInt32) {
        self.number = number
        area = ""
        symbol = ""
        name = "unknown NVSwitch error \(number)"
        rating = .byLine
        severityLR10 = ""
        severityLS10 = ""
        guideGroup = ""
        action = .contactSupport
        notes = ""
        isKnown = false
    }
}

/// The NVSwitch catalogue; a value like `XidCatalog`.
package struct SXidCatalog: Sendable {
    private let table: TSVTable

    package init() { table = TSVTable(.sxid) }

    /// What is known about a number. A number that is not in the catalogue gets an entry that says so.
    package func entry(_ number: UInt32) -> SXidEntry {
        table.columns(of: number).flatMap(SXidEntry.init(columns:)) ?? SXidEntry(unknown: number)
    }

    /// Every number of the catalogue, ascending.
    package var numbers: [UInt32] { table.rows.map(\.number) }
}
