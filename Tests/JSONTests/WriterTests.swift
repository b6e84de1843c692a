import JSON
import Testing

@Suite struct WriterTests {
    private func text(_ body: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        body(&writer)
        return String(decoding: writer.finish(), as: UTF8.self)
    }

    @Test func placesCommas() {
        let written = text { w in
            w.object { w in
                w.field("a", 1)
                w.array("b") { w in
                    w.int(2)
                    w.object { _ in }
                    w.array { w in w.null() }
                    w.string("x")
                }
                w.object("c") { w in w.field("d", true) }
                w.field("e", "f")
            }
        }
        #expect(written == #"{"a":1,"b":[2,{},[null],"x"],"c":{"d":true},"e":"f"}"#)
    }

    @Test func leavesOutWhatHasNoValue() {
        let written = text { w in
            w.object { w in
                w.field("int", Int?.none)
                w.field("text", String?.none)
                w.field("nan", Double.nan)
                w.field("infinity", -Double.infinity, decimals: 2)
                w.field("tree", .double(.nan))
                w.field("list", [1, .double(.infinity), 2])
                w.field("power_w", 65.25)
            }
        }
        #expect(written == #"{"list":[1,2],"power_w":65.25}"#)
    }

    @Test func escapesOnlyWhatItMust() {
        let all = String(String.UnicodeScalarView((0..<0x80).compactMap { Unicode.Scalar($0) }))
        let expected =
            #""\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f"#
            + #"\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f"#
            + " !\\\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\\\]^_`abcdefghijklmnopqrstuvwxyz{|}~\u{7F}\""
        #expect(text { w in w.string(all) } == expected)
        #expect(text { w in w.string("é€😀/") } == "\"é€😀/\"")
    }

    @Test func carriesJSONInsideAString() throws {
        let inner = #"{"a":"say \"hi\"","b":[1,2,3],"c":"\\","d":"é"}"#
        let written = text { w in
            w.object { w in
                w.key("text")
                w.string(utf8: Array(inner.utf8))
            }
        }
        #expect(try JSONParser.parse(written)["text"]?.stringValue == inner)
    }

    @Test(arguments: [
        (0.0, "0.0"), (-0.0, "-0.0"), (65, "65.0"), (0.1, "0.1"), (1e22, "1e+22"), (.leastNonzeroMagnitude, "5e-324"),
        (1.0 / 3, "0.3333333333333333"),
    ])
    func writesDoubles(number: Double, expected: String) {
        #expect(text { w in w.double(number) } == expected)
    }

    @Test(arguments: [
        (65.0, 1, "65"), (65.44, 1, "65.4"), (65.45, 1, "65.5"), (-0.04, 1, "0"), (-1.5, 1, "-1.5"),
        (0.005, 3, "0.005"),
        (1.05, 2, "1.05"), (99.999, 2, "100"), (0.5, 0, "1"), (1e300, 2, "1e+300"), (12.0625, 4, "12.0625"),
    ])
    func roundsDoubles(number: Double, decimals: Int, expected: String) {
        #expect(text { w in w.double(number, decimals: decimals) } == expected)
    }

    @Test func writesIntegersOfEveryWidth() {
        let written = text { w in
            w.array { w in
                w.int(Int64.min)
                w.int(UInt64.max)
                w.int(UInt8(7))
                w.int(0)
                for digits in 1...3 { w.int(digits * 99) }
                w.int(10_000_000_000_000_000_000 as UInt64)
                w.int(9_999_999_999_999_999_999 as UInt64)
            }
        }
        #expect(
            written
                == "[-9223372036854775808,18446744073709551615,7,0,99,198,297,10000000000000000000,9999999999999999999]"
        )
    }

    @Test func staysUsableAfterRemoveAllAndLines() {
        var writer = JSONWriter(reserving: 1)
        writer.string(String(repeating: "x", count: 10_000))
        writer.removeAll()
        writer.int(1)
        writer.endLine()
        writer.raw(Array("[2]".utf8))
        #expect(writer.withBytes { Array($0) } == Array("1\n[2]".utf8))
    }

    @Test func prettyPrints() {
        let value: JSONValue = [
            "name": "a, b: c", "list": [1, 2], "deep": ["key": [10_000_000, 20_000_000, 30_000_000]],
        ]
        let expected = """
            {
              "name": "a, b: c",
              "list": [1, 2],
              "deep": {
                "key": [10000000, 20000000, 30000000]
              }
            }
            """
        #expect(value.prettyPrinted(width: 40) == expected)
        #expect(JSONValue.array([]).prettyPrinted(width: 0) == "[]")
    }
}
