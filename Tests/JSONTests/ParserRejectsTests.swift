import JSON
import Testing

@Suite struct ParserRejectsTests {
    static let texts: [(String, JSONError)] = [
        ("", JSONError(.unexpectedEnd, at: 0)), ("  ", JSONError(.unexpectedEnd, at: 2)),
        ("nul", JSONError(.unexpectedEnd, at: 3)), ("nulL", JSONError(.unexpectedByte(UInt8(ascii: "L")), at: 3)),
        ("True", JSONError(.unexpectedByte(UInt8(ascii: "T")), at: 0)),
        ("1 2", JSONError(.trailingData, at: 2)), ("{}x", JSONError(.trailingData, at: 2)),
        ("01", JSONError(.leadingZero, at: 0)), ("-01", JSONError(.leadingZero, at: 1)),
        ("00.5", JSONError(.leadingZero, at: 0)),
        ("-", JSONError(.unexpectedEnd, at: 1)), ("1.", JSONError(.unexpectedEnd, at: 2)),
        ("[-]", JSONError(.invalidNumber, at: 1)), ("[1.]", JSONError(.invalidNumber, at: 1)),
        ("[1e]", JSONError(.invalidNumber, at: 1)), ("[1e+]", JSONError(.invalidNumber, at: 1)),
        ("+1", JSONError(.unexpectedByte(UInt8(ascii: "+")), at: 0)),
        (".5", JSONError(.unexpectedByte(UInt8(ascii: ".")), at: 0)),
        ("NaN", JSONError(.unexpectedByte(UInt8(ascii: "N")), at: 0)), ("-Infinity", JSONError(.invalidNumber, at: 0)),
        ("0x10", JSONError(.trailingData, at: 1)),
        ("1e999", JSONError(.numberOutOfRange, at: 0)), ("-1e999", JSONError(.numberOutOfRange, at: 0)),
        ("018446744073709551616", JSONError(.leadingZero, at: 0)),
        (String(repeating: "9", count: 400), JSONError(.numberOutOfRange, at: 0)),
        ("0." + String(repeating: "1", count: 2_000), JSONError(.numberOutOfRange, at: 0)),
        ("[1,]", JSONError(.unexpectedByte(UInt8(ascii: "]")), at: 3)),
        ("[,1]", JSONError(.unexpectedByte(UInt8(ascii: ",")), at: 1)),
        ("[1 2]", JSONError(.unexpectedByte(UInt8(ascii: "2")), at: 3)), ("[1", JSONError(.unexpectedEnd, at: 2)),
        ("]", JSONError(.unexpectedByte(UInt8(ascii: "]")), at: 0)),
        ("[}", JSONError(.unexpectedByte(UInt8(ascii: "}")), at: 1)),
        (#"{"a":1,}"#, JSONError(.unexpectedByte(UInt8(ascii: "}")), at: 7)),
        (#"{"a"}"#, JSONError(.unexpectedByte(UInt8(ascii: "}")), at: 4)),
        (#"{a:1}"#, JSONError(.unexpectedByte(UInt8(ascii: "a")), at: 1)),
        (#"{'a':1}"#, JSONError(.unexpectedByte(UInt8(ascii: "'")), at: 1)),
        (#"{"a":1"#, JSONError(.unexpectedEnd, at: 6)),
        (#"{"a":1,"b":2,"a":3}"#, JSONError(.duplicateKey("a"), at: 13)),
        (#"{"a":1,"\u0061":3}"#, JSONError(.duplicateKey("a"), at: 7)),
        ("// c\n1", JSONError(.unexpectedByte(UInt8(ascii: "/")), at: 0)),
        ("\"abc", JSONError(.unexpectedEnd, at: 4)), ("\"abc\\", JSONError(.unexpectedEnd, at: 5)),
        ("\"a\nb\"", JSONError(.controlCharacter(0x0A), at: 2)), ("\"a\0\"", JSONError(.controlCharacter(0), at: 2)),
        (#""\x41""#, JSONError(.invalidEscape, at: 1)), (#""\u12G4""#, JSONError(.invalidEscape, at: 1)),
        (#""\u12"#, JSONError(.unexpectedEnd, at: 5)), (#""\ud83d""#, JSONError(.loneSurrogate, at: 1)),
        (#""a\ude00""#, JSONError(.loneSurrogate, at: 2)), (#""\ud83dA""#, JSONError(.loneSurrogate, at: 1)),
        (#""\ud83dx""#, JSONError(.loneSurrogate, at: 1)),
        ("\u{FEFF}1", JSONError(.byteOrderMark, at: 0)), ("[\0]", JSONError(.unexpectedByte(0), at: 1)),
        ("[1\0]", JSONError(.unexpectedByte(0), at: 2)),
        ("\u{A0}1", JSONError(.unexpectedByte(0xC2), at: 0)),
    ]

    @Test(arguments: texts) func refuses(text: String, error: JSONError) {
        #expect(throws: error) { try JSONParser.parse(text) }
    }

    static let bytes: [([UInt8], Int)] = [
        ([0xFF], 1), ([0xC0, 0xAF], 1), ([0xE0, 0x80, 0xAF], 1), ([0xED, 0xA0, 0x80], 1),
        ([0xF4, 0x90, 0x80, 0x80], 1),
        ([0x61, 0xC3], 2), (Array("é".utf8) + [0x80], 3), ([0x5C, 0x6E, 0xFE], 3), ([0x80], 1),
        (Array("more than eight".utf8) + [0xFE], 16),
    ]

    @Test(arguments: bytes) func refusesWhatIsNotUTF8(inside: [UInt8], offset: Int) {
        #expect(throws: JSONError(.invalidUTF8, at: offset)) { try JSONParser.parse([0x22] + inside + [0x22]) }
    }

    @Test(arguments: ["[", "{\"a\":"]) func refusesDeepNesting(open: String) {
        let limit = 128
        let text = String(repeating: open, count: 100_000)
        #expect(throws: JSONError(.tooDeep(limit: limit), at: limit * open.utf8.count)) { try JSONParser.parse(text) }
    }

    @Test func refusesDuplicatesAmongManyKeys() {
        let keys = (0..<100_000).map { "\"key\($0)\":0" } + ["\"key5\":1"]
        let text = "{" + keys.joined(separator: ",") + "}"
        #expect {
            try JSONParser.parse(text)
        } throws: {
            ($0 as? JSONError)?.reason == .duplicateKey("key5")
        }
    }

    @Test func namesReasonAndPlace() {
        #expect("\(JSONError(.unexpectedByte(0), at: 3))" == "unexpected byte 0x00 at byte 3")
        #expect("\(JSONError(.duplicateKey("a"), at: 1))" == "duplicate key \"a\" at byte 1")
    }
}
