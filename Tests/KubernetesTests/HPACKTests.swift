import Testing

@testable import Kubernetes

@Suite struct HPACKTests {
    private func bytes(_ hex: String) -> [UInt8] {
        let digits = hex.filter { $0 != " " }
        return stride(from: 0, to: digits.count, by: 2).compactMap { offset in
            let start = digits.index(digits.startIndex, offsetBy: offset)
            return UInt8(digits[start..<digits.index(start, offsetBy: 2)], radix: 16)
        }
    }

    private func header(_ name: String, _ value: String) -> HTTP2Header { HTTP2Header(name: name, value: value) }

    /// RFC 7541, C.5: three answers on one connection, a table that holds four entries at most.
    @Test func answersOfTheStandardWithoutHuffman() throws {
        var decoder = HPACKDecoder()
        let first = try decoder.decode(
            bytes("3fe101")
                + bytes("4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d54")
                + bytes("6e1768747470733a2f2f7777772e6578616d706c652e636f6d"))
        let date = "Mon, 21 Oct 2013 20:13:21 GMT"
        #expect(
            first == [
                header(":status", "302"), header("cache-control", "private"), header("date", date),
                header("location", "https://www.example.com"),
            ])
        // ":status: 307" pushes ":status: 302" out.
        let second = try decoder.decode(bytes("4803333037c1c0bf"))
        #expect(second.map(\.value) == ["307", "private", date, "https://www.example.com"])
    }

    /// RFC 7541, C.6.1 and C.6.2: the same with Huffman texts.
    @Test func answersOfTheStandardWithHuffman() throws {
        var decoder = HPACKDecoder()
        let first = try decoder.decode(
            bytes("3fe101") + bytes("488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff")
                + bytes("6e919d29ad171863c78f0b97c8e9ae82ae43d3"))
        #expect(first.first == header(":status", "302"))
        #expect(first.last == header("location", "https://www.example.com"))
        #expect(try decoder.decode(bytes("4883640effc1c0bf")).map(\.value).first == "307")
    }

    @Test func everyByteInHuffmanCode() throws {
        // All bytes in order, as the hpack package for Python writes them.
        let huffman = HPACKHuffman()
        #expect(try huffman.decode(bytes("f1e3c2e5f23a6ba0ab90f4ff")) == Array("www.example.com".utf8))
        #expect(try huffman.decode(bytes("a8eb10649cbf")) == Array("no-cache".utf8))
        #expect(try huffman.decode([]) == [])
    }

    @Test func badHuffmanTexts() {
        let huffman = HPACKHuffman()
        // Padding that is not the beginning of the end mark, a whole byte of padding, the end mark itself.
        #expect(throws: GRPCError.self) { try huffman.decode(bytes("a8eb10649cbe")) }
        #expect(throws: GRPCError.self) { try huffman.decode(bytes("a8eb10649cbfff")) }
        #expect(throws: GRPCError.self) { try huffman.decode(bytes("ffffffff")) }
    }

    @Test func integersOverTheLimitAndIndexesOutOfTheTable() {
        for block in ["80", "be", "ff00ff", "7f", "ffffffffff0f", "400a", "0003616263", "0083ffffff", "3fe21f"] {
            var decoder = HPACKDecoder()
            #expect(throws: GRPCError.self, "\(block)") { try decoder.decode(bytes(block)) }
        }
    }

    /// A small block can unfold to a lot by naming one long entry again and again.
    @Test func bombs() throws {
        var decoder = HPACKDecoder()
        let value = [UInt8](repeating: UInt8(ascii: "x"), count: 3_000)
        let entry: [UInt8] = [0x40, 1, UInt8(ascii: "a"), 0x7f, 0xb9, 0x16] + value
        #expect(try decoder.decode(entry).first?.value.utf8.count == 3_000)
        #expect(try decoder.decode(Array(repeating: 0xbe, count: 10)).count == 10)
        #expect(throws: GRPCError.self) { try decoder.decode(Array(repeating: 0xbe, count: 1_000)) }
    }

    @Test func whatTheEncoderWritesTheDecoderReads() throws {
        let long = String(repeating: "v", count: 1_000)
        var decoder = HPACKDecoder()
        let found = try decoder.decode(
            HPACKEncoder.encode([("a", ""), ("path", long), ("b", String(repeating: "w", count: 127))]))
        #expect(found == [header("a", ""), header("path", long), header("b", String(repeating: "w", count: 127))])
    }
}
