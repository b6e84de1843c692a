import Snapshots

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Reads /dev/kmsg records one by one: what is next, what was lost, what the kernel's answers mean. No device here.
struct KmsgReader {
    /// The kernel gives one record per read(2), at most 8 KiB (CONSOLE_EXT_LOG_MAX); a smaller buffer is an error.
    private var buffer = [UInt8](repeating: 0, count: 8 << 10)
    /// Records overwritten before they could be read, by the gaps in the numbers.
    private(set) var lostCount: UInt64 = 0
    /// The number of the first record that was seen.
    private(set) var firstSequence: UInt64?
    /// When that record was written, microseconds since 1970-01-01 UTC.
    private(set) var firstMicroseconds: Int64?
    /// The number of the record that comes next.
    private(set) var nextSequence: UInt64?
    /// Records with a lower number were handed out by an earlier reader.
    private let start: UInt64
    private static let largestBuffer = 64 << 10
    /// Overruns without any record in between: a writer faster than this reader must not hold it for ever.
    private static let patience = 1000

    init(from start: UInt64 = 0) {
        self.start = start
        nextSequence = start > 0 ? start : nil
    }

    /// Reads until there is no more, or until `limit` records were read.
    ///
    /// - Parameters:
    ///   - clockOffset: microseconds from boot to the time of day.
    ///   - read: read(2) of the device.
    /// - Returns: how many records were read, matching or not.
    mutating func drain(
        limit: Int, clockOffset: Int64, matching filter: KernelLogFilter,
        read: (UnsafeMutableRawBufferPointer) throws(SystemError) -> Int, _ body: (KernelLogRecord) -> Void
    ) throws(SystemError) -> Int {
        var count = 0
        var overruns = 0
        while count < limit {
            do throws(SystemError) {
                let length = try next(read)
                guard length > 0 else { return count }
                count += 1
                overruns = 0
                take(length, clockOffset, filter, body)
            } catch {
                switch error.code {
                case EAGAIN: return count
                // The record to read next was overwritten; the kernel has gone on to the oldest that is left.
                case EPIPE where overruns < Self.patience: overruns += 1
                case EINVAL where buffer.count < Self.largestBuffer:
                    buffer = [UInt8](repeating: 0, count: Self.largestBuffer)
                default: throw error
                }
            }
        }
        return count
    }

    private mutating func next(
        _ read: (UnsafeMutableRawBufferPointer) throws(SystemError) -> Int
    ) throws(SystemError) -> Int {
        var failure: SystemError?
        let length = buffer.withUnsafeMutableBytes { buffer in
            do throws(SystemError) {
                return try min(read(buffer), buffer.count)
            } catch {
                failure = error
                return 0
            }
        }
        if let failure { throw failure }
        return length
    }

    private mutating func take(
        _ length: Int, _ clockOffset: Int64, _ filter: KernelLogFilter, _ body: (KernelLogRecord) -> Void
    ) {
        let found = buffer.withUnsafeBufferPointer { buffer -> (KmsgHeader, KernelLogRecord?)? in
            let bytes = UnsafeBufferPointer(rebasing: buffer[..<length])
            guard let header = KmsgHeader(bytes), header.sequence >= start else { return nil }
            return (header, Self.record(bytes, header, clockOffset, filter))
        }
        guard let (header, record) = found else { return }
        let sequence = header.sequence
        if let nextSequence, sequence > nextSequence { lostCount += sequence - nextSequence }
        if firstSequence == nil {
            firstSequence = sequence
            firstMicroseconds = header.wall(clockOffset)
        }
        nextSequence = sequence &+ 1
        if let record { body(record) }
    }

    /// What follows the message's line is its dictionary, ` KEY=value` lines.
    private static func record(
        _ bytes: UnsafeBufferPointer<UInt8>, _ header: KmsgHeader, _ clockOffset: Int64, _ filter: KernelLogFilter
    ) -> KernelLogRecord? {
        let rest = UnsafeBufferPointer(rebasing: bytes[header.length...])
        let message = UnsafeBufferPointer(
            rebasing: rest[..<(rest.firstIndex(ofByte: UInt8(ascii: "\n")) ?? rest.count)])
        guard filter(message) else { return nil }
        return KernelLogRecord(
            sequence: header.sequence, level: header.level, facility: header.facility,
            monotonicMicroseconds: header.microseconds, wallMicroseconds: header.wall(clockOffset),
            message: LogMessage.text(message))
    }
}
