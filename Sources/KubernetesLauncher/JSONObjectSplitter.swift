/// Cuts a stream of JSON objects, as `kubectl get -w -o json` writes them one after the other, into single ones.
struct JSONObjectSplitter {
    private var pending: [UInt8] = []
    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    /// An object larger than this is not one that was asked for; the stream is given up.
    private let limit: Int

    init(limit: Int = 4 << 20) { self.limit = limit }

    /// True once an object was too large; nothing more comes out then.
    private(set) var hasOverflowed = false

    /// Takes the next bytes; returns the objects that they complete.
    mutating func add(_ bytes: some Sequence<UInt8>) -> [[UInt8]] {
        var complete: [[UInt8]] = []
        for byte in bytes where !hasOverflowed {
            step(byte)
            if depth > 0 || !pending.isEmpty { pending.append(byte) }
            if depth == 0, !pending.isEmpty {
                complete.append(pending)
                pending = []
            }
            hasOverflowed = pending.count > limit
        }
        return complete
    }

    private mutating func step(_ byte: UInt8) {
        if isInString {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInString = false
            }
            return
        }
        switch byte {
        case UInt8(ascii: "\"") where depth > 0: isInString = true
        case UInt8(ascii: "{"): depth += 1
        case UInt8(ascii: "}"): depth = max(0, depth - 1)
        default: break
        }
    }
}
