import Testing

@testable import Scenarios

@Suite struct PCIAddressTests {
    @Test(arguments: ["0000:3b:00.0", "00000000:3B:00.0", "0000:3b:00", "3b:00.0"])
    func everyShapeIsOneAddress(text: String) {
        #expect(PCIAddress(text) == PCIAddress(domain: 0, bus: 0x3b, device: 0))
    }

    @Test(arguments: [
        "", "3b", "0000:3b:00.8", "0000:100:00.0", "0000:3b:20.0", "::", "0:0:0:0", "0000:3b:00.0.0", "g:0:0",
    ])
    func othersAreNone(text: String) {
        #expect(PCIAddress(text) == nil)
    }

    @Test func eachSourceHasItsShape() {
        let address = PCIAddress(domain: 0x10000, bus: 0xdf, device: 1)
        #expect(address.sysfsName == "10000:df:01.0")
        #expect(address.kernelName == "10000:df:01")
        #expect(address.nvmlName == "00010000:DF:01.0")
        #expect(address.legacyName == "10000:DF:01.0")
    }
}
