import JSON
import Testing

@Suite struct ObjectTests {
    /// Below and above the number of members from which on an object hashes its keys.
    @Test(arguments: [3, 16, 17, 40]) func keepsEachKeyOnceInOrder(count: Int) {
        var object = JSONObject((0..<count).map { ("k\($0)", .int(Int64($0))) })
        let addedTwice = object.append("k0", 99)
        #expect(!addedTwice)
        #expect(object["k0"] == 0)
        object["k1"] = "replaced"
        object["new"] = true
        object["k0"] = nil
        #expect(object.count == count)
        #expect(object.first?.key == "k1")
        #expect(object["k1"] == "replaced")
        #expect(object.last?.key == "new")
        #expect(object["k0"] == nil)
        #expect(object["k\(count - 1)"] == .int(Int64(count - 1)))
        let addedAgain = object.append("k0", 1)
        #expect(addedAgain)
    }

    @Test func integersTakeTheSmallestKind() {
        #expect(JSONValue(UInt64(5)) == .int(5))
        #expect(JSONValue(UInt64.max) == .uint(.max))
        #expect(JSONValue.uint(.max).doubleValue == 0x1p64)
        #expect(JSONValue.double(1).intValue == nil)
    }
}
