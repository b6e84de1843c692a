import Snapshots
import Testing

@testable import Diagnosis

/// Repeatable pseudo-random numbers (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}

@Suite struct DamagedLineTests {
    private func events(_ bytes: [UInt8]) -> [KernelEvent] {
        bytes.withUnsafeBufferPointer { KernelEventParser.events(in: $0, at: LogMoment(sequence: 1)) }
    }

    private func isBounded(_ events: [KernelEvent]) -> Bool {
        events.count <= KernelEventParser.eventsPerLine
            && events.allSatisfy { event in
                event.line.utf8.count <= 3 * KernelEventParser.lineLimit
                    && (event.xid?.message.utf8.count ?? 0) <= 3 * KernelEventParser.messageLimit
                    && (event.xid?.processName?.utf8.count ?? 0) <= 3 * 64
                    && !event.line.utf8.contains { $0 < 0x20 || $0 == 0x7f }
            }
    }

    @Test(arguments: KernelSample.all) func everyPrefixOfALineIsBearable(_ sample: KernelSample) {
        let bytes = Array(sample.line.utf8)
        for end in 0...bytes.count {
            #expect(isBounded(events(Array(bytes[..<end]))))
            #expect(isBounded(events(Array(bytes[end...]))))
        }
    }

    @Test func randomDamageIsBearable() {
        var random = SeededNumbers(state: 7)
        for sample in KernelSample.all {
            for _ in 0..<200 {
                var bytes = Array(sample.line.utf8)
                for _ in 0..<Int.random(in: 1...8, using: &random) {
                    bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
                }
                #expect(isBounded(events(bytes)))
            }
        }
    }

    @Test func anEndlessLineIsCut() throws {
        let long =
            Array("NVRM: Xid (PCI:0000:3b:00): 31, pid=1, name=".utf8)
            + Array(repeating: UInt8(ascii: "x"), count: 10_000)
        let event = try #require(events(long).first)
        #expect(event.xid?.number == 31)
        #expect(isBounded([event]))
        let late = Array(repeating: UInt8(ascii: " "), count: 10_000) + Array("NVRM: Xid (PCI:0000:3b:00): 79, x".utf8)
        #expect(events(late).isEmpty)
    }

    @Test func gluedLinesGiveEachTheirEvent() {
        let text = "NVRM: Xid (PCI:0000:3b:00): 31, pid=1, name=a, Ch 00000010"
        let glued = events(
            Array(
                (text + "NVRM: Xid (PCI:0000:86:00): 45, pid=2, name=b, Ch 1"
                    + "nvidia-nvswitch0: SXid (PCI:0000:c1:00.0): 20034, Fatal, Link 30 LTSSM Fault Up").utf8))
        #expect(glued.map(\.busID) == [BusID("0000:3b:00"), BusID("0000:86:00"), BusID("0000:c1:00.0")])
        #expect(glued.first?.xid?.message == "Ch 00000010")
        #expect(glued.last?.sxid?.number == 20034)
        let many = events(Array(String(repeating: text, count: 40).utf8))
        #expect(many.count == KernelEventParser.eventsPerLine)
    }

    @Test(arguments: [
        "[ 1843.308145] ", "[  +0.000844] ", "[  123.4][ T1946] ", "kern  :err   : 2025-06-18T10:00:00,000000+00:00 ",
        "Jun 18 10:00:00 node-1 kernel: ", "[Wed Jun 18 10:00:00 2025] ", "> - `", "4,1227,437812449932,c;",
        "random text",
    ]) func otherTextBeforeTheLineDoesNotMatter(_ prefix: String) {
        let event = events(
            Array(
                (prefix + "NVRM: Xid (PCI:0000:3b:00): 79, pid='<unknown>', name=<unknown>, GPU has fallen off the bus.")
                    .utf8)
        ).first
        #expect(event?.xid?.number == 79)
        #expect(event?.busID == BusID("0000:3b:00.0"))
        #expect(event?.line.hasPrefix("NVRM: Xid") == true)
    }

    @Test func processNamesMayHoldAnything() {
        func name(_ text: String) -> String? {
            events(Array("NVRM: Xid (PCI:0000:3b:00): 43, pid=7, name=\(text)".utf8)).first?.xid?.processName
        }
        #expect(name("python3 -m vllm, Ch 00000018") == "python3 -m vllm")
        #expect(name("a, b (c): d, Ch 00000018") == "a, b (c): d")
        #expect(name("(udev-worker), Ch 00000018") == "(udev-worker)")
        #expect(name("a, unheard-of text, channel 5") == "a")
        #expect(name("python3") == "python3")
        #expect(name("\u{fc}ber, Ch 1") == "\u{fc}ber")
        #expect(name("<unknown>, Ch 1") == nil)
    }

    @Test func whatIsMaskedOrMissingIsNil() throws {
        let masked = try #require(
            events(Array("NVRM: Xid (PCI:...): 79, pid=0, GPU has fallen off the bus.".utf8)).first)
        #expect(masked.busID == nil && masked.xid?.number == 79 && masked.xid?.pid == nil)
        let bare = try #require(events(Array("NVRM: Xid (PCI:0000:3b:00): 79".utf8)).first)
        #expect(bare.xid == XidFault(number: 79))
        let cut = try #require(events(Array("NVRM: Xid (PCI:0000:3b:00): ".utf8)).first)
        #expect(cut.driver == .damagedXid && cut.busID == BusID("0000:3b:00"))
        #expect(events(Array("NVRM: Xid (PCI:0000:3b:00): 99999999999, x".utf8)).first?.driver == .damagedXid)
        let early = try #require(events(Array("NVRM: Xid (PCI:0000:3".utf8)).first)
        #expect(early.driver == .damagedXid && early.busID == nil)
        #expect(events(Array("CPU: 3 PID: 4711 Comm: NVRM: Xid (PCI:".utf8)).allSatisfy { $0.driver != .damagedXid })
    }

    @Test(arguments: [
        "usb 1-1: new high-speed USB device", "", "NVR", "Xid", "audit: type=1400 nvidia-container",
        "nvidia 0000:18:00.0: enabling device (0000 -> 0003)",
        "pcieport 0000:16:01.0: PME: Signaling with IRQ 30", "nouveau is a French word", "vgaarb: nvidia",
        "AER: enabled with IRQ 30",
    ]) func otherLinesGiveNothing(_ line: String) {
        #expect(events(Array(line.utf8)).isEmpty)
    }

    @Test(arguments: [
        (
            "pcieport 0000:16:01.0: AER: Multiple Corrected error received: 0000:18:00.0", PCIeFault.corrected,
            "0000:18:00.0"
        ),
        (
            "pcieport 0000:16:01.0: AER: Uncorrectable (Fatal) error message received from 0000:18:00.0", .fatal,
            "0000:18:00.0"
        ),
        (
            "nvidia 0000:18:00.0: AER: PCIe Bus Error: severity=Correctable, type=Physical Layer", .corrected,
            "0000:18:00.0"
        ),
        (
            "vfio-pci 10000:18:00.0: PCIe Bus Error: severity=Uncorrectable (Non-Fatal), type=Transaction Layer",
            .uncorrected, "10000:18:00.0"
        ),
        ("pcieport 0000:16:01.0: AER: device recovery failed", .recoveryFailed, "0000:16:01.0"),
        ("pcieport 0000:16:01.0: pciehp: Slot(3): Card not present", .linkDown, "0000:16:01.0"),
        ("pcieport 0000:16:01.0: pciehp: Slot(3): Card present", .recovered, "0000:16:01.0"),
        ("pcieport 0000:16:01.0: Slot(3): Link Up", .recovered, "0000:16:01.0"),
        ("pcieport 0000:16:01.0: AER: Device recovery successful", .recovered, "0000:16:01.0"),
        ("pcieport 0000:16:01.0: DPC: recovery successful", .recovered, "0000:16:01.0"),
    ]) func wordsOfAllKernels(_ line: String, _ fault: PCIeFault, _ bus: String) {
        let event = events(Array(line.utf8)).first
        #expect(event?.pcie == fault)
        #expect(event?.busID == BusID(bus))
    }
}
