import CNVML

extension NVMLCaller {
    /// Reads a list whose length only the library knows.
    ///
    /// It is never asked for the length alone: some libraries answer success to that, with no count. A buffer goes with
    /// the first call already, and as long as it is too small (the list may grow between two calls) a larger one with the
    /// next, eight times at most. A count beyond the buffer is taken as "too small", whatever the return code says.
    ///
    /// - Parameters:
    ///   - capacity: the number of elements to make room for at first.
    ///   - body: the call; gets the buffer and its capacity, and replaces that by the library's count.
    func list<Signature, Element: BitwiseCopyable>(
        _ function: NVMLFunction<Signature>, of zero: Element, capacity: UInt32 = 32,
        _ body: (Signature, UnsafeMutablePointer<Element>?, inout UInt32) -> nvmlReturn_t
    ) throws(NVMLError) -> [Element] {
        var room = capacity
        for _ in 0..<8 {
            var count = room
            var code = NVMLReturnCode.success
            let elements = [Element](unsafeUninitializedCapacity: Int(room)) { buffer, initialized in
                buffer.initialize(repeating: zero)
                code = answer(function) { body($0, buffer.baseAddress, &count) }
                initialized = code == .success ? Int(min(count, room)) : 0
            }
            if code == .success, count <= room { return elements }
            guard code == .success || code == .insufficientSize else {
                throw NVMLError(code, function.symbolIndex)
            }
            guard let larger = Self.room(after: room, wanted: count) else { break }
            room = larger
        }
        throw NVMLError(.unreadableAnswer, function.symbolIndex)
    }

    /// Somewhat more than was wanted, at least twice the last room; nil beyond 64 Ki elements, which no list here has.
    private static func room(after room: UInt32, wanted: UInt32) -> UInt32? {
        let limit: UInt32 = 1 << 16
        guard room < limit, wanted <= limit else { return nil }
        return min(max(wanted + wanted / 4, room * 2), limit)
    }
}
