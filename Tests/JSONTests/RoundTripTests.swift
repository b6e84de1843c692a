import JSON
import Testing

/// A small generator with a fixed seed, so that a failure can be repeated.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

@Suite struct RoundTripTests {
    private func randomValue(_ random: inout SplitMix64, depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 7), using: &random) {
        case 0: return .null
        case 1: return .bool(.random(using: &random))
        case 2: return .int(Int64(truncatingIfNeeded: random.next() >> (random.next() % 64)))
        case 3: return JSONValue(random.next())
        case 4:
            let number = Double(bitPattern: random.next())
            return .double(number.isFinite ? number : 0)
        case 5, 6: return .string(randomText(&random))
        case 7:
            return .array(
                (0..<Int.random(in: 0..<5, using: &random)).map { _ in randomValue(&random, depth: depth - 1) })
        default:
            var object = JSONObject()
            for _ in 0..<Int.random(in: 0..<30, using: &random) {
                object.append(randomText(&random), randomValue(&random, depth: depth - 1))
            }
            return .object(object)
        }
    }

    private func randomText(_ random: inout SplitMix64) -> String {
        let scalars: [Unicode.Scalar] = ["a", "\"", "\\", "\n", "\0", "é", "€", "😀", "z", " ", "7", "\u{7F}"]
        let count = Int.random(in: 0..<24, using: &random)
        return String(String.UnicodeScalarView((0..<count).compactMap { _ in scalars.randomElement(using: &random) }))
    }

    @Test func whatIsWrittenReadsBackTheSame() throws {
        var random = SplitMix64(state: 7)
        for _ in 0..<500 {
            let value = randomValue(&random, depth: 4)
            #expect(try JSONParser.parse(value.encoded()) == value)
            #expect(try JSONParser.parse(value.prettyPrinted()) == value)
        }
    }

    @Test func mutatedTextIsReadOrRefusedButNeverTraps() throws {
        var random = SplitMix64(state: 42)
        let interesting = Array("{}[]\",:\\u0123456789eE+-.truefalsn \n\0\u{FF}".utf8) + [0xFF, 0xC0, 0xED, 0xF4]
        var accepted = 0
        for _ in 0..<400 {
            let original = randomValue(&random, depth: 3).encoded()
            for _ in 0..<20 {
                var text = original
                for _ in 0..<Int.random(in: 1...3, using: &random) where !text.isEmpty {
                    let place = Int.random(in: 0..<text.count, using: &random)
                    switch random.next() % 3 {
                    case 0: text[place] = interesting.randomElement(using: &random) ?? 0
                    case 1: text.remove(at: place)
                    default: text.insert(interesting.randomElement(using: &random) ?? 0, at: place)
                    }
                }
                guard let value = try? JSONParser.parse(text) else { continue }
                accepted += 1
                #expect(try JSONParser.parse(value.encoded()) == value)
            }
        }
        #expect(accepted > 100)
    }

    @Test func decimalsAgreeWithTheStandardLibrary() throws {
        var random = SplitMix64(state: 3)
        for _ in 0..<5_000 {
            let whole = random.next() >> (random.next() % 64)
            let text = "\(whole).\(random.next() >> (random.next() % 64))"
            #expect(try JSONParser.parse(text) == .double(try #require(Double(text))))
        }
    }

    @Test func integersStayApartFromDoubles() throws {
        let value = try JSONParser.parse("[1,1.0,9007199254740993,18446744073709551615]")
        #expect(value == [1, 1.0, .int(9_007_199_254_740_993), .uint(.max)])
        #expect(String(decoding: value.encoded(), as: UTF8.self) == "[1,1.0,9007199254740993,18446744073709551615]")
    }
}
