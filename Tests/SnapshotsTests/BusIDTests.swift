import Snapshots
import Testing

@Suite struct BusIDTests {
    @Test(arguments: ["0000:3b:00.0", "00000000:3B:00.0", "0000:3b:00", "3b:00.0", "0:3b:0.0"])
    func everySpellingIsTheSameAddress(text: String) throws {
        #expect(try #require(BusID(text)) == BusID(domain: 0, bus: 0x3b, device: 0))
    }

    @Test(arguments: [
        "", ":", "3b", "0000:3b:20.0", "0000:3b:00.8", "0000:3b:00.0.0", "g000:3b:00.0", "0000:13b:00.0", "1:0:0:0:0",
    ])
    func whatIsNoAddressIsRefused(text: String) { #expect(BusID(text) == nil) }

    @Test func itPrintsAsSysfsDoes() {
        #expect(BusID(domain: 0, bus: 0x3b, device: 0x1f, function: 1).description == "0000:3b:1f.1")
        #expect(BusID(domain: 0x10009, bus: 1, device: 0).description == "10009:01:00.0")
    }

    @Test func theFunctionDoesNotMatterForTheSlot() throws {
        #expect(try #require(BusID("0000:3b:00.1")).slot == #require(BusID("3b:00")).slot)
        #expect(try #require(BusID("0000:3b:01.0")).slot != #require(BusID("3b:00")).slot)
    }

    @Test func theOrderIsThatOfTheBus() throws {
        let sorted = ["0001:00:00.0", "0000:ff:00.0", "0000:0a:00.1", "0000:0a:00.0"].compactMap { BusID($0) }.sorted()
        #expect(sorted.map(\.description) == ["0000:0a:00.0", "0000:0a:00.1", "0000:ff:00.0", "0001:00:00.0"])
    }
}
