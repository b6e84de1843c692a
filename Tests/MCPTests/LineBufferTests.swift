import Testing

@testable import MCP

@Suite struct LineBufferTests {
    /// The lines that come out when the stream arrives in pieces of this size; an overlong one is shown as `!`.
    private func lines(_ text: String, limit: Int = 10, piece: Int) -> [String] {
        var buffer = LineBuffer(limit: limit)
        var rest = Array(text.utf8)[...]
        var found: [String] = []
        func take(_ line: LineBuffer.Line) {
            switch line {
            case .text(let bytes): found.append(String(decoding: bytes, as: UTF8.self))
            case .overlong: found.append("!")
            }
        }
        while true {
            let filled = buffer.fill { room in
                let chunk = rest.prefix(min(piece, room.count))
                room.copyBytes(from: chunk)
                rest = rest.dropFirst(chunk.count)
                return chunk.count
            }
            while buffer.nextLine(take) != nil {}
            if filled == .end { break }
        }
        buffer.lastLine(take)
        return found
    }

    static let streams: [(String, [String])] = [
        ("", []), ("\n", [""]), ("a", ["a"]), ("a\n", ["a"]), ("a\nb", ["a", "b"]), ("a\r\nb\r\n\r\n", ["a", "b", ""]),
        ("0123456789\nx", ["0123456789", "x"]), ("0123456789a\nx\n", ["!", "x"]),
        (String(repeating: "y", count: 500) + "\nx\n" + String(repeating: "z", count: 20), ["!", "x", "!"]),
        ("x\n" + String(repeating: "z", count: 40) + "\n", ["x", "!"]),
        ("a\rb\n", ["a\rb"]),
    ]

    @Test(arguments: streams, [1, 3, 7, 1_000]) func cutsLines(stream: (String, [String]), piece: Int) {
        #expect(lines(stream.0, piece: piece) == stream.1)
    }

    @Test func carriesLongLinesAcrossManyReads() {
        let long = String(repeating: "l", count: 300_000)
        let text = "a\n\(long)\nb\n\(long)\n" + String(repeating: "c\n", count: 50_000)
        let found = lines(text, limit: 1 << 20, piece: 50_000)
        #expect(found == ["a", long, "b", long] + Array(repeating: "c", count: 50_000))
    }

    @Test func memoryStaysBoundedWhileAnEndlessLineIsSkipped() {
        var buffer = LineBuffer(limit: 100_000)
        for _ in 0..<1_000 {
            let filled = buffer.fill { room in
                #expect(room.count <= 400_000)
                room.initializeMemory(as: UInt8.self, repeating: UInt8(ascii: "x"))
                return room.count
            }
            #expect(filled == .bytes)
            let line: Void? = buffer.nextLine { _ in }
            #expect(line == nil)
        }
    }
}
