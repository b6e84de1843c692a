/// HPACK's Huffman code (RFC 7541, appendix B).
///
/// The code is canonical: among codes of one length the symbols are in order, and each length goes on where the shorter
/// one ended. So the lengths say everything.
struct HPACKHuffman {
    /// Bits of each byte's code, 0 to 255, then of the end mark.
    private static let lengths: [UInt8] = [
        13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28,
        28,
        28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6,
        12,
        10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5,
        6, 5,
        6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22,
        22,
        23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20,
        22,
        22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
        26,
        26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28,
        27,
        27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28,
        27,
        27, 27, 27, 27, 26, 30,
    ]
    private static let longest = 30
    private static let endMark = 256

    /// All symbols by length, then by number.
    private var symbols: [Int] = []
    /// Per length: its first code, and where its symbols begin and how many there are.
    private var rows: [(firstCode: UInt32, start: Int, count: Int)] = [(0, 0, 0)]

    init() {
        var code: UInt32 = 0
        for length in 1...Self.longest {
            let own = Self.lengths.indices.filter { Self.lengths[$0] == length }
            code <<= 1
            rows.append((code, symbols.count, own.count))
            code += UInt32(own.count)
            symbols += own
        }
    }

    /// The text that these bytes spell.
    func decode(_ bytes: some Sequence<UInt8>) throws(GRPCError) -> [UInt8] {
        var text: [UInt8] = []
        var code: UInt32 = 0
        var length = 0
        var isAllOnes = true
        for byte in bytes {
            for bit in (0..<8).reversed() {
                let next = UInt32(byte >> UInt8(bit) & 1)
                code = code << 1 | next
                length += 1
                isAllOnes = isAllOnes && next == 1
                guard let symbol = symbol(code, length) else { continue }
                guard symbol != Self.endMark else { throw .malformed("an end mark inside of a Huffman text") }
                text.append(UInt8(truncatingIfNeeded: symbol))
                (code, length, isAllOnes) = (0, 0, true)
            }
        }
        // What is left over must be the beginning of the end mark, which is all ones, and less than a byte.
        guard length < 8, isAllOnes else { throw .malformed("a Huffman text that ends inside of a code") }
        return text
    }

    private func symbol(_ code: UInt32, _ length: Int) -> Int? {
        guard length < rows.count else { return nil }
        let row = rows[length]
        guard code >= row.firstCode, code - row.firstCode < UInt32(row.count) else { return nil }
        return symbols[row.start + Int(code - row.firstCode)]
    }
}
