import JSON
import Testing

@Suite struct ParserAcceptsTests {
    static let cases: [(String, JSONValue)] = [
        ("null", nil), (" true\r\n", true), ("\tfalse", false),
        ("0", .int(0)), ("-0", .int(0)), ("-1", .int(-1)), ("65", .int(65)), ("65.0", .double(65)),
        ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)),
        ("9223372036854775808", .uint(1 << 63)), ("18446744073709551615", .uint(.max)),
        ("18446744073709551616", .double(0x1p64)), ("-9223372036854775809", .double(-0x1p63)),
        ("1000000000000000000000000000000", .double(1e30)),
        ("1.5", .double(1.5)), ("-2.25", .double(-2.25)), ("0.1", .double(0.1)), ("1e2", .double(100)),
        ("1E+2", .double(100)), ("1e-2", .double(0.01)), ("123456789.123456789", .double(123456789.123456789)),
        ("1.7976931348623157e308", .double(.greatestFiniteMagnitude)), ("5e-324", .double(.leastNonzeroMagnitude)),
        ("1e-999", .double(0)), ("-0.0", .double(-0.0)),
        ("9007199254740993.0", .double(9_007_199_254_740_992)), ("0.30000000000000004", .double(0.30000000000000004)),
        ("\"\"", ""), ("\"plain\"", "plain"),
        ("\"a longer string than eight bytes\"", "a longer string than eight bytes"),
        (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u0041\u00e9\u20AC""#, "Aé€"),
        (#""\ud83d\ude00 and \uD83D\uDE00""#, "😀 and 😀"), ("\"é€😀\u{7F}\"", "é€😀\u{7F}"), (#""\u0000""#, "\0"),
        (#""é\n😀""#, "é\n😀"),
        ("[]", []), ("[ ]", []), ("[1,[2],[]]", [1, [2], []]), ("{}", [:]), ("{ }", [:]),
        (#"{"a":1,"b":{"c":[null]}}"#, ["a": 1, "b": ["c": [nil]]]),
        (#" { "b" : 1 , "a" : 2 } "#, ["b": 1, "a": 2]),
        (#"{"":0}"#, ["": 0]),
    ]

    @Test(arguments: cases) func reads(text: String, value: JSONValue) throws {
        #expect(try JSONParser.parse(text) == value)
    }

    @Test func keepsTheOrderOfMembers() throws {
        let object = try #require(try JSONParser.parse(#"{"z":1,"a":2,"m":3}"#).objectValue)
        #expect(object.map(\.key) == ["z", "a", "m"])
        #expect(object["a"] == 2)
        #expect(object["q"] == nil)
    }

    @Test func keysThatDifferOnlyInUnicodeFormAreDifferent() throws {
        let object = try #require(try JSONParser.parse("{\"\u{E9}\":1,\"e\u{301}\":2}").objectValue)
        #expect(object.count == 2)
        #expect(object["e\u{301}"] == 2)
    }

    @Test func nestsAsDeepAsTheLimit() throws {
        let text = String(repeating: "[", count: 128) + String(repeating: "]", count: 128)
        #expect(throws: Never.self) { try JSONParser.parse(text) }
    }

    @Test func readsManyKeys() throws {
        let text = "{" + (0..<100_000).map { "\"key\($0)\":\($0)" }.joined(separator: ",") + "}"
        let object = try #require(try JSONParser.parse(text).objectValue)
        #expect(object.count == 100_000)
        #expect(object["key99999"] == 99_999)
    }

    @Test func readsEightMebibytes() throws {
        let text = Array("\"".utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: (8 << 20) - 2) + Array("\"".utf8)
        #expect(try JSONParser.parse(text).stringValue?.utf8.count == (8 << 20) - 2)
        #expect(throws: JSONError(.tooLarge(limit: 8 << 20), at: 8 << 20)) { try JSONParser.parse(text + [0x20]) }
    }
}
