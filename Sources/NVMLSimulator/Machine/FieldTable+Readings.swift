internal import CNVML
internal import Scenarios

private let long = NVML_VALUE_TYPE_UNSIGNED_LONG_LONG

extension FieldTable {
    /// Fields 1 to 28.
    mutating func addECC(_ gpu: GPU, _ totals: [[NumericReading]]) {
        add(1, gpu.ecc.current)
        add(2, gpu.ecc.pending)
        for (type, counters) in [gpu.ecc.volatile, gpu.ecc.aggregate].enumerated() {
            add(3 + 2 * type, totals[type][0], long)
            add(4 + 2 * type, totals[type][1], long)
            let first = type == 0 ? 7 : 18
            let single = counters.corrected
            let double = counters.uncorrected
            let pairs = [
                (single.l1, double.l1), (single.l2, double.l2), (single.dram, double.dram),
                (single.registerFile, double.registerFile), (single.texture, double.texture),
            ]
            for (position, pair) in pairs.enumerated() {
                add(first + 2 * position, pair.0, long)
                add(first + 2 * position + 1, pair.1, long)
            }
            add(first + 10, double.cbu, long)
        }
    }

    /// Retired pages, remapped rows and banks, recovery action.
    mutating func addRepair(_ gpu: GPU) {
        if let pages = gpu.retiredPages {
            add(29, .value(Signal(Int64(pages.singleBit.count))))
            add(30, .value(Signal(Int64(pages.doubleBit.count))))
            add(31, pages.pending)
            add(92, pages.pending)
            add(93, pages.pending)
        }
        if let rows = gpu.rowRemap {
            add(142, rows.correctable)
            add(143, rows.uncorrectable)
            add(144, rows.pending)
            add(145, rows.failure)
            add(301, rows.inactiveCorrectable)
            add(302, rows.inactiveUncorrectable)
        }
        if let banks = gpu.repair.bankRemapper {
            add(303, banks.active)
            add(304, banks.inactive)
            add(305, banks.maxSpareGroups)
            add(306, banks.noSpareGroups)
            add(307, banks.pending)
        }
        add(230, gpu.recoveryAction)
    }

    /// Limiters, memory temperature, energy, power, T.Limit offsets.
    mutating func addTelemetry(_ gpu: GPU) {
        let limiters = gpu.limiters
        let policies = [
            limiters.power, limiters.thermal, limiters.syncBoost, limiters.boardLimit, limiters.lowUtilization,
            limiters.reliability, limiters.appClocks, limiters.baseClocks,
        ]
        for (position, reading) in policies.enumerated() { add(74 + position, reading, long) }
        // The numbering of drivers from 580.82 on.
        add(269, limiters.swThermal, long)
        add(270, limiters.hwThermal, long)
        add(271, limiters.hwPowerBrake, long)
        add(82, gpu.temperature.memory)
        add(83, gpu.power.energy, long)
        let power = gpu.power
        let powers = [
            power.average, power.instant, power.minLimit, power.maxLimit, power.defaultLimit, power.enforcedLimit,
        ]
        for (position, reading) in powers.enumerated() { add(185 + position, reading) }
        add(191, power.energy, long)
        add(192, power.requestedLimit)
        let limits = gpu.temperature
        for (position, reading) in [
            limits.shutdownLimit, limits.slowdownLimit, limits.memoryMaxLimit, limits.gpuMaxLimit,
        ].enumerated() { add(193 + position, reading, NVML_VALUE_TYPE_SIGNED_INT) }
    }

    /// PCIe counters and C2C links.
    mutating func addPCIe(_ gpu: GPU) {
        add(94, gpu.pcie.replay)
        add(95, gpu.pcie.replayRollover)
        let counters = gpu.pcie.counters
        add(169, counters.l0ToRecovery)
        let errors = [
            counters.correctable, counters.naksReceived, counters.receiverError, counters.badTLP, counters.naksSent,
            counters.badDLLP, counters.nonFatal, counters.fatal, counters.unsupportedRequest, counters.lcrc,
            counters.lane,
        ]
        for (position, reading) in errors.enumerated() { add(173 + position, reading) }
        add(197, counters.transmittedBytes, long)
        add(198, counters.receivedBytes, long)
        let c2c = gpu.c2c
        for (position, reading) in [c2c.linkCount, c2c.active, c2c.maxBandwidth].enumerated() {
            add(170 + position, reading)
        }
        for (position, reading) in [c2c.errors, c2c.replays, c2c.backToBackReplays, c2c.powerState].enumerated() {
            add(231 + position, reading)
        }
    }

    /// NVLink fields that name their link in the id, and those over all links.
    mutating func addLinks(_ gpu: GPU) {
        let links = gpu.nvlink.links
        add(91, gpu.nvlink.linkCount)
        for (position, reading) in [
            gpu.nvlink.throughput.dataTransmitted, gpu.nvlink.throughput.dataReceived,
            gpu.nvlink.throughput.rawTransmitted, gpu.nvlink.throughput.rawReceived,
        ].enumerated() { add(138 + position, reading, long) }
        guard !links.isEmpty else { return }
        let active = links.filter { $0.active.value?.start == 1 }
        add(90, active.first?.speed ?? .value(Signal(0)))
        add(147, .value(Signal(Int64(active.count { $0.remoteType.value?.start == 2 }))))
        // Twelve links have ids of their own, in two runs.
        for (number, link) in links.prefix(12).enumerated() {
            let (low, high) = (number, number - 6)
            add(number < 6 ? 32 + low : 96 + high, link.crcFlit, long)
            add(number < 6 ? 39 + low : 102 + high, link.crcData, long)
            add(number < 6 ? 46 + low : 108 + high, link.replay, long)
            add(number < 6 ? 53 + low : 114 + high, link.recovery, long)
            add(number < 6 ? 84 + low : 132 + high, link.speed)
            add(148 + number, link.eccData, long)
        }
        add(38, .sum(links.map(\.crcFlit)), long)
        add(45, .sum(links.map(\.crcData)), long)
        add(52, .sum(links.map(\.replay)), long)
        add(59, .sum(links.map(\.recovery)), long)
        add(160, .sum(links.map(\.eccData)), long)
    }
}
