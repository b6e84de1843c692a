/// Cuts a stream of bytes into lines, in constant memory.
struct LineSplitter {
    /// Bytes of a line that are handed out; the rest of a longer one is skipped.
    static let maximumLength = 16 << 10

    /// A line without its end, and where the next one begins in the stream.
    typealias Taker = (UnsafeBufferPointer<UInt8>, UInt64) -> Void

    /// The beginning of a line whose end has not come yet.
    private var carry: [UInt8] = []
    /// Where the next chunk begins in the stream.
    private var position: UInt64

    /// - Parameter position: where in the stream this one begins to read.
    init(at position: UInt64 = 0) { self.position = position }

    /// Hands out the lines that end in `chunk`, without their ends.
    mutating func feed(_ chunk: UnsafeRawBufferPointer, _ line: Taker) {
        defer { position &+= UInt64(chunk.count) }
        chunk.withMemoryRebound(to: UInt8.self) { bytes in
            var start = 0
            while start < bytes.count {
                let rest = UnsafeBufferPointer(rebasing: bytes[start...])
                guard let length = rest.firstIndex(ofByte: UInt8(ascii: "\n")) else {
                    keep(rest)
                    return
                }
                start += length + 1
                end(UnsafeBufferPointer(rebasing: rest[..<length]), position &+ UInt64(start), line)
            }
        }
    }

    /// Hands out a last line that has no end.
    mutating func finish(_ line: Taker) {
        guard !carry.isEmpty else { return }
        carry.withUnsafeBufferPointer { line(Self.capped($0), position) }
        carry = []
    }

    private mutating func keep(_ part: UnsafeBufferPointer<UInt8>) {
        let part = carry.isEmpty ? Self.withoutZeros(part) : part
        let room = max(0, Self.maximumLength - carry.count)
        carry.append(contentsOf: part.prefix(room))
    }

    private mutating func end(_ part: UnsafeBufferPointer<UInt8>, _ next: UInt64, _ line: Taker) {
        guard !carry.isEmpty else {
            line(Self.capped(Self.withoutZeros(part)), next)
            return
        }
        keep(part)
        carry.withUnsafeBufferPointer { line(Self.capped($0), next) }
        carry.removeAll(keepingCapacity: true)
    }

    /// A crash leaves zeros in a file, as many as it likes, in place of lines that were not written any more.
    private static func withoutZeros(_ line: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        guard line.first == 0 else { return line }
        return UnsafeBufferPointer(rebasing: line[(line.firstIndex { $0 != 0 } ?? line.count)...])
    }

    private static func capped(_ line: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        var length = min(line.count, maximumLength)
        if length > 0, line[length - 1] == UInt8(ascii: "\r") { length -= 1 }
        return UnsafeBufferPointer(rebasing: line[..<length])
    }
}
