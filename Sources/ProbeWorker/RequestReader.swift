internal import ProbeProtocol
internal import Snapshots

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Takes requests from the pipe, with as few reads as they come in.
struct RequestReader: ~Copyable {
    private let descriptor: Int32
    private var buffer = [UInt8](repeating: 0, count: 2 * (ProbeFrame.size + ProbeFrame.maximumRequestSize))
    /// What was read and not handed out yet.
    private var unread = 0..<0

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// The next request; nil at the end of the pipe, and when something else than requests comes.
    mutating func next() -> (ProbeFrame, ProbeRequest)? {
        if unread.isEmpty { unread = 0..<0 }
        guard fill(to: ProbeFrame.size), let frame = ProbeFrame(startOf: buffer[unread]),
            frame.length <= ProbeFrame.maximumRequestSize, fill(to: ProbeFrame.size + Int(frame.length))
        else { return nil }
        let body = unread.dropFirst(ProbeFrame.size).prefix(Int(frame.length))
        unread = body.endIndex..<unread.upperBound
        var request = ProbeRequest()
        let isWhole = buffer[body].withUnsafeBytes { bytes in
            var decoder = SnapshotCoder(reading: bytes)
            return (try? request.code(with: &decoder)) != nil && decoder.isAtEnd
        }
        return isWhole ? (frame, request) : nil
    }

    /// Reads until so many bytes are there; false if the pipe ends before.
    private mutating func fill(to count: Int) -> Bool {
        if unread.lowerBound + count > buffer.count { moveToStart() }
        while unread.count < count {
            let (descriptor, end) = (descriptor, unread.upperBound)
            let got = buffer.withUnsafeMutableBytes { bytes in
                read(descriptor, bytes.baseAddress.map { $0 + end }, bytes.count - end)
            }
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { return false }
            unread = unread.lowerBound..<unread.upperBound + got
        }
        return true
    }

    private mutating func moveToStart() {
        buffer.replaceSubrange(0..<unread.count, with: Array(buffer[unread]))
        unread = 0..<unread.count
    }
}

extension ProbeFrame {
    fileprivate init?(startOf bytes: ArraySlice<UInt8>) {
        let frame = bytes.prefix(ProbeFrame.size).withUnsafeBytes { ProbeFrame($0) }
        guard let frame else { return nil }
        self = frame
    }
}
