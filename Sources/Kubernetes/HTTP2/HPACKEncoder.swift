/// Writes header blocks in the plainest of HPACK's forms: each header literal, not indexed, not compressed (RFC 7541, 6.2.2).
enum HPACKEncoder {
    static func encode(_ headers: [(name: String, value: String)]) -> [UInt8] {
        headers.flatMap { [0] + text($0.name) + text($0.value) }
    }

    private static func text(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        return length(bytes.count) + bytes
    }

    /// An integer of seven bits in its first byte, whose highest bit says "not compressed".
    private static func length(_ value: Int) -> [UInt8] {
        guard value >= 0x7f else { return [UInt8(value)] }
        var bytes: [UInt8] = [0x7f]
        var rest = value - 0x7f
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7f) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }
}
