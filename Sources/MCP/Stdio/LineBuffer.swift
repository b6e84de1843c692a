#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Cuts a stream of bytes into lines, in memory that is bounded whatever the stream holds.
struct LineBuffer: ~Copyable {
    enum Line {
        /// Without its line feed and a carriage return before it; valid during the call that gets it.
        case text(UnsafeBufferPointer<UInt8>)
        /// The line was longer than the limit, and its bytes are gone.
        case overlong
    }

    enum FillResult: Equatable {
        case bytes
        case end
        case nothingYet
        case failed(Int32)
    }

    /// Bytes of the longest line.
    let limit: Int
    private var storage: [UInt8]
    /// What is not handed out yet is `start..<end`; no line feed is before `searched`.
    private var start = 0
    private var end = 0
    private var searched = 0
    /// Whether the rest of a line is being skipped, up to its line feed.
    private var isSkipping = false

    private static let chunk = 65_536

    init(limit: Int) {
        self.limit = limit
        storage = [UInt8](repeating: 0, count: Self.chunk)
    }

    /// Reads once into the free room at the end.
    mutating func fill(from descriptor: Int32) -> FillResult {
        fill { room in read(descriptor, room.baseAddress, room.count) }
    }

    /// - Parameter source: read(2), or what stands for it in a test.
    mutating func fill(_ source: (UnsafeMutableRawBufferPointer) -> Int) -> FillResult {
        makeRoom()
        let count = storage.withUnsafeMutableBytes { bytes in
            source(UnsafeMutableRawBufferPointer(rebasing: bytes[end...]))
        }
        if count < 0 {
            let code = errno
            return code == EAGAIN || code == EINTR ? .nothingYet : .failed(code)
        }
        end += count
        return count == 0 ? .end : .bytes
    }

    /// Hands out the next whole line; nil when there is none.
    mutating func nextLine<Result>(_ body: (Line) -> Result) -> Result? {
        guard let lineEnd = findLineFeed() else {
            skipIfOverlong()
            return nil
        }
        return handOut(upTo: lineEnd, next: lineEnd + 1, body)
    }

    /// Hands out what stands after the last line feed, at the end of the stream.
    mutating func lastLine<Result>(_ body: (Line) -> Result) -> Result? {
        guard end > start || isSkipping else { return nil }
        return handOut(upTo: end, next: end, body)
    }

    private mutating func handOut<Result>(upTo lineEnd: Int, next: Int, _ body: (Line) -> Result) -> Result {
        let first = start
        start = next
        searched = next
        if isSkipping || lineEnd - first > limit {
            isSkipping = false
            return body(.overlong)
        }
        return storage.withUnsafeBufferPointer { bytes in
            var line = bytes[first..<lineEnd]
            if line.last == 0x0D { line = line.dropLast() }
            return body(.text(UnsafeBufferPointer(rebasing: line)))
        }
    }

    private mutating func findLineFeed() -> Int? {
        let found = storage.withUnsafeBytes { bytes -> Int? in
            guard let base = bytes.baseAddress, let hit = memchr(base + searched, 0x0A, end - searched) else {
                return nil
            }
            return UnsafeRawPointer(hit) - base
        }
        searched = found ?? end
        return found
    }

    private mutating func skipIfOverlong() {
        guard isSkipping || end - start > limit else { return }
        isSkipping = true
        (start, end, searched) = (0, 0, 0)
    }

    /// Leaves at least half a chunk of free room at the end, and gives memory back after a long line.
    private mutating func makeRoom() {
        if start == end {
            (start, end, searched) = (0, 0, 0)
            if storage.count > 16 * Self.chunk { storage = [UInt8](repeating: 0, count: Self.chunk) }
        }
        guard storage.count - end < Self.chunk / 2 else { return }
        if start > 0 {
            storage.withUnsafeMutableBytes { bytes in
                let rest = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
                UnsafeMutableRawBufferPointer(rebasing: bytes[..<rest.count]).copyMemory(from: rest)
            }
            (start, end, searched) = (0, end - start, searched - start)
        }
        guard storage.count - end < Self.chunk / 2 else { return }
        storage.append(contentsOf: repeatElement(0, count: min(storage.count, limit) + Self.chunk))
    }
}
