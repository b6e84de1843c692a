import JSON
import Testing

/// Strings are looked at eight bytes at a time, so lengths and places around eight matter; each is compared with the plain rule.
@Suite struct EscapingTests {
    /// RFC 8259, byte by byte.
    private static func expected(_ text: [UInt8]) -> [UInt8] {
        let short: [UInt8: Character] = [0x08: "b", 0x09: "t", 0x0A: "n", 0x0C: "f", 0x0D: "r", 0x22: "\"", 0x5C: "\\"]
        let inside = text.flatMap { byte -> [UInt8] in
            if let letter = short[byte] { return Array("\\\(letter)".utf8) }
            guard byte < 0x20 else { return [byte] }
            let digits = String(byte, radix: 16)
            return Array(("\\u00" + (digits.utf8.count < 2 ? "0" : "") + digits).utf8)
        }
        return [0x22] + inside + [0x22]
    }

    private static func written(_ text: [UInt8]) -> [UInt8] {
        var writer = JSONWriter()
        // Begins at an odd place of a buffer that is nearly full, with something behind what is written.
        writer.beginArray()
        writer.string(utf8: text)
        writer.int(7)
        writer.endArray()
        return Array(writer.finish().dropFirst().dropLast(3))
    }

    @Test(arguments: Array(0...40) + [63, 64, 65, 66, 255, 256, 257, 263, 264, 511, 512, 513, 1_030])
    func everyPlaceOfEveryLength(length: Int) {
        let plain = [UInt8]((0..<length).map { UInt8(ascii: "a") + UInt8($0 % 26) })
        #expect(Self.written(plain) == Self.expected(plain))
        for place in plain.indices {
            for byte: UInt8 in [0x00, 0x08, 0x1F, 0x22, 0x5C] {
                var text = plain
                text[place] = byte
                #expect(Self.written(text) == Self.expected(text), "\(byte) at \(place) of \(length)")
            }
        }
    }

    @Test(arguments: [1, 7, 8, 9, 64, 300, 5_000]) func nothingButEscapes(length: Int) {
        for byte in [UInt8](0..<0x20) + [0x22, 0x5C, 0x7F, 0xC3] {
            let text = [UInt8](repeating: byte, count: length)
            #expect(Self.written(text) == Self.expected(text))
        }
    }

    @Test func anyBytes() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            let length = Int.random(in: 0...90, using: &random)
            let text = (0..<length).map { _ in UInt8.random(in: 0...0x7F, using: &random) }
            #expect(Self.written(text) == Self.expected(text), "\(text)")
        }
    }

    @Test func keysOfTheProgramsOwnAreCopied() throws {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key(plain: "power_w")
            writer.int(1)
            writer.key(plain: "a_key_of_more_than_fifteen_bytes")
            writer.string("x")
        }
        #expect(
            String(decoding: writer.finish(), as: UTF8.self) == #"{"power_w":1,"a_key_of_more_than_fifteen_bytes":"x"}"#
        )
    }

    /// Equal by Unicode, different as bytes: two keys.
    @Test func keysAreBytes() {
        var object = JSONObject()
        let added = ["a\u{323}\u{307}", "a\u{307}\u{323}", "a\u{323}\u{307}"].enumerated().map {
            object.append($0.element, JSONValue(integerLiteral: Int64($0.offset + 1)))
        }
        #expect(added == [true, true, false])
        #expect(object["a\u{307}\u{323}"] == 2)
    }
}
