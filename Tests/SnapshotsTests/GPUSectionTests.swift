import Snapshots
import Testing

@Suite("GPU sections cross the pipe")
struct GPUSectionTests {
    @Test("memory health")
    func memoryHealth() throws {
        var health = GPUMemoryHealth()
        health.eccMode = .value(ModePair(current: true, pending: false))
        health.volatile.corrected = .value(1)
        health.volatile.uncorrected = .unavailable(.noPermission)
        health.volatile.locations = [
            ECCLocationCount(.dram, corrected: .value(2), uncorrected: .value(3)),
            ECCLocationCount(.sram, corrected: .unavailable(.gpuLost), uncorrected: .value(.max)),
        ]
        health.aggregate.corrected = .value(4)
        var sram = SRAMErrors()
        sram.aggregateUncorrectedParity = 5
        sram.aggregateUncorrectedSECDED = 6
        sram.aggregateCorrected = 7
        sram.volatileUncorrectedParity = 8
        sram.volatileUncorrectedSECDED = 9
        sram.volatileCorrected = 10
        sram.l2 = 11
        sram.sm = 12
        sram.pcie = 13
        sram.microcontroller = 14
        sram.other = 15
        sram.isThresholdExceeded = true
        health.sram = .value(sram)
        health.retiredPages.singleBit = .value(16)
        health.retiredPages.doubleBit = .value(17)
        health.retiredPages.doubleBitTimes = [18, 19]
        health.retiredPages.isPending = .value(true)
        health.remappedRows = .value(RemappedRows(corrected: 20, uncorrected: 21, isPending: true, hasFailed: true))
        health.remapHistogram = .value(RemapHistogram(max: 22, high: 23, partial: 24, low: 25, none: 26))
        health.repair = .value(RepairPending(channel: true, tpc: false))
        health.hasUnrepairableMemory = .value(true)
        health.recoveryAction = .value(4)
        health.isInforomValid = .value(true)
        try Coding.expectRoundTrip(health)
    }

    @Test("links, with every counter apart")
    func links() throws {
        var link = GPULink()
        link.number = 17
        link.isActive = .value(true)
        link.version = .value(7)
        link.speedMBps = .value(53_125)
        link.remoteType = .value(2)
        link.remoteBusID = .value(BusID(domain: 1, bus: 5, device: 0))
        for (place, path) in GPULinkErrors.all.enumerated() { link.errors[keyPath: path] = .value(UInt64(place + 1)) }
        var links = GPULinks()
        links.count = .value(1)
        links.links = [link]
        links.c2cCount = .value(1)
        links.c2cLinks = [C2CLink()]
        try Coding.expectRoundTrip(links)
        #expect(Set(GPULinkErrors.all.compactMap { link.errors[keyPath: $0].value }).count == 18)
    }

    @Test("fabric, processes and topology")
    func others() throws {
        var fabric = GPUFabric()
        fabric.state = .value(3)
        fabric.status = .value(-1)
        fabric.cliqueID = .value(7)
        fabric.clusterUUID = .value("00000000-0000-0000-0000-000000000001")
        fabric.healthMask = .value(0x1aa)
        fabric.healthSummary = .unavailable(.notSupported)
        try Coding.expectRoundTrip(fabric)

        var processes = GPUProcesses()
        processes.compute = .value([GPUProcess(pid: 1, usedMemoryBytes: 2, gpuInstanceID: 3, life: .zombie)])
        processes.mps = .value([GPUProcess(pid: 4, usedMemoryBytes: nil, computeInstanceID: 5)])
        try Coding.expectRoundTrip(processes)
        #expect(processes.all.map(\.pid) == [1, 4])

        var peer = GPUPeer()
        peer.index = 1
        peer.commonAncestor = .value(50)
        peer.read = .value(0)
        peer.write = .value(3)
        peer.nvlink = .unavailable(.error(code: 999))
        var topology = GPUTopology()
        topology.nearNUMANodes = .value([0, 1])
        topology.cpuAffinity = .value("0-55,112-167")
        topology.ownNUMANode = .unavailable(.notSupported)
        topology.peers = [peer]
        try Coding.expectRoundTrip(topology)
    }

    @Test("a number that no encoder writes is refused", arguments: [UInt8(8), 255])
    func unknownNumbers(raw: UInt8) throws {
        var location = try Coding.bytes(ECCLocationCount())
        location[0] = raw
        #expect(throws: SnapshotError.malformed) { try Coding.value(location) as ECCLocationCount }
        var process = try Coding.bytes(GPUProcess())
        process[process.count - 1] = raw
        #expect(throws: SnapshotError.malformed) { try Coding.value(process) as GPUProcess }
    }
}
