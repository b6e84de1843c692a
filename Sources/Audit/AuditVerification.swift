/// Whether the records of an audit log are whole and in order.
package struct AuditVerification: Sendable, Equatable {
    /// The first thing that is wrong.
    package enum Fault: Sendable, Equatable {
        /// The line is no record, or has been changed.
        case notARecord
        /// A record was taken out, put in or moved: its `previous` or `sequence` is not that of its predecessor.
        case notConnected(expectedSequence: UInt64)
    }

    /// Records that are in order, up to the fault if there is one.
    package private(set) var recordCount: UInt64 = 0
    /// Of the last of these; compare it with one that was kept elsewhere: records cut off at the end leave no other trace.
    package private(set) var lastDigest = AuditRecord.beginning
    /// The number of the line with the fault, from 1.
    package private(set) var faultLine: Int?
    package private(set) var fault: Fault?
    /// Numbers of lines that were never finished, with a record after them that knows of it: not a fault.
    package private(set) var interruptedLines: [Int] = []
    /// Bytes behind the last line feed: a write that was interrupted, as after a crash; not a fault of the chain.
    package private(set) var tornBytes = 0

    package init(_ bytes: [UInt8]) {
        if let found = check(bytes) { (fault, faultLine) = found }
    }

    private mutating func check(_ bytes: [UInt8]) -> (Fault, line: Int)? {
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let tail = lines.popLast() ?? []
        // Only the line feed may be missing.
        if AuditRecord(line: tail) != nil { lines.append(tail) } else { tornBytes = tail.count }
        var torn: [Int] = []
        var tornCount = 0
        for (index, line) in lines.enumerated() {
            guard let record = AuditRecord(line: line) else {
                torn.append(index + 1)
                tornCount += line.count + 1
                continue
            }
            // The line feed behind the torn bytes belongs to the record where these had none.
            guard record.tornBytes == tornCount || (tornCount > 0 && record.tornBytes == tornCount - 1) else {
                return (.notARecord, line: torn.first ?? index + 1)
            }
            guard record.sequence == recordCount + 1, record.previous == lastDigest else {
                return (.notConnected(expectedSequence: recordCount + 1), line: index + 1)
            }
            interruptedLines += torn
            (torn, tornCount) = ([], 0)
            recordCount += 1
            lastDigest = record.digest
        }
        return torn.first.map { (.notARecord, line: $0) }
    }
}
