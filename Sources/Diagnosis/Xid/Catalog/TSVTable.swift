internal import DiagnosisData

/// One of the compiled-in data files.
enum DataFile: Sendable {
    case xid, nvlink5, sxid, thresholds

    /// The file's bytes, which live as long as the process.
    func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        var size = 0
        let start =
            switch self {
            case .xid: DiagnosisDataXid(&size)
            case .nvlink5: DiagnosisDataXidNVLink5(&size)
            case .sxid: DiagnosisDataSXid(&size)
            case .thresholds: DiagnosisDataThresholds(&size)
            }
        return start.withMemoryRebound(to: UInt8.self, capacity: size) {
            body(UnsafeBufferPointer(start: $0, count: size))
        }
    }
}

/// The rows of a data file by their number in the first column: an index of places, so that making it costs microseconds and
/// only the rows that are asked for become strings.
struct TSVTable: Sendable {
    struct Row: Sendable {
        let number: UInt32
        let range: Range<Int>
    }

    let file: DataFile
    /// Sorted by number; equal numbers stay in the file's order.
    let rows: [Row]

    init(_ file: DataFile) {
        self.file = file
        rows = file.withBytes(Self.index)
    }

    /// The columns of the first row with this number.
    func columns(of number: UInt32) -> [String]? {
        var low = 0
        var high = rows.count
        while low < high {
            let middle = (low + high) / 2
            if rows[middle].number < number { low = middle + 1 } else { high = middle }
        }
        guard low < rows.count, rows[low].number == number else { return nil }
        return columns(at: rows[low])
    }

    func columns(at row: Row) -> [String] {
        file.withBytes { bytes in
            bytes[row.range].split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
                .map { String(decoding: $0, as: UTF8.self) }
        }
    }

    private static func index(_ bytes: UnsafeBufferPointer<UInt8>) -> [Row] {
        var rows: [Row] = []
        rows.reserveCapacity(512)
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            var number: UInt32 = 0
            var at = start
            while at < end, at - start < 9, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[at]) {
                number = number * 10 + UInt32(bytes[at] - UInt8(ascii: "0"))
                at += 1
            }
            if at > start { rows.append(Row(number: number, range: start..<end)) }
            start = end + 1
        }
        let sorted = zip(rows, rows.dropFirst()).allSatisfy { $0.number <= $1.number }
        return sorted
            ? rows
            : rows.enumerated().sorted { ($0.element.number, $0.offset) < ($1.element.number, $1.offset) }.map(
                \.element)
    }
}
