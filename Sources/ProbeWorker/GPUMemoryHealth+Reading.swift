internal import CNVML
internal import NVML
internal import Snapshots

extension GPUMemoryHealth {
    /// Asks NVML for errors and repairs of this GPU's memory.
    init(reading device: NVMLDevice, isInforomValid: Reading<Bool>) {
        self.init()
        self.isInforomValid = isInforomValid
        eccMode = Reading { () throws(NVMLError) in
            let mode = try device.eccMode()
            return ModePair(current: mode.current, pending: mode.pending)
        }
        let architecture = Reading { () throws(NVMLError) in try device.architecture() }.value
        let locations = ECCLocation.counted(architecture: architecture)
        volatile = ECCCounts(reading: device, .volatile, locations)
        aggregate = ECCCounts(reading: device, .aggregate, locations)
        sram = Reading { () throws(NVMLError) in SRAMErrors(try device.sramStatus()) }
        retiredPages = RetiredPages(reading: device)
        readRepairs(device)
        numaNode = Reading { () throws(NVMLError) in try device.numaNode() }
        readRecoveryAction(device)
    }

    /// Asks for the recovery action only.
    init(readingRecoveryActionOf device: NVMLDevice) {
        self.init()
        readRecoveryAction(device)
    }

    /// Where older drivers ask for a reset, or fail to tell, that is the recovery action.
    private mutating func readRecoveryAction(_ device: NVMLDevice) {
        recoveryAction = Reading { () throws(NVMLError) in try device.recoveryAction().rawValue }
        guard recoveryAction.reason == .notSupported else { return }
        resetStatus = Reading { () throws(NVMLError) in try device.resetStatus().rawValue }
        if resetStatus.value != 0 { recoveryAction = resetStatus }
    }

    private mutating func readRepairs(_ device: NVMLDevice) {
        remappedRows = Reading { () throws(NVMLError) in
            let rows = try device.remappedRows()
            return RemappedRows(
                corrected: rows.correctable, uncorrected: rows.uncorrectable, isPending: rows.pending,
                hasFailed: rows.failed)
        }
        if remappedRows.reason == .notSupported, let rows = RemappedRows(fieldsOf: device) {
            remappedRows = .value(rows)
        }
        remapHistogram = Reading { () throws(NVMLError) in
            let banks = try device.remapHistogram()
            return RemapHistogram(
                max: banks.max, high: banks.high, partial: banks.partial, low: banks.low, none: banks.none)
        }
        repair = Reading { () throws(NVMLError) in
            let status = try device.repairStatus()
            return RepairPending(channel: status.channelPending, tpc: status.tpcPending)
        }
        bankRemapper = Reading { () throws(NVMLError) in
            let banks = try device.bankRemapper()
            return BankRemapper(isPending: banks.pending, groupsWithoutSpares: banks.groupsWithoutSpares)
        }
        hasUnrepairableMemory = Reading { () throws(NVMLError) in try device.hasUnrepairableMemory() }
    }
}

extension RemappedRows {
    private static let fields: [UInt32] = [
        NVML_FI_DEV_REMAPPED_COR, NVML_FI_DEV_REMAPPED_UNC, NVML_FI_DEV_REMAPPED_PENDING, NVML_FI_DEV_REMAPPED_FAILURE,
    ]

    /// What the fields tell where the call does not, as while MIG instances exist; nil without the flags.
    fileprivate init?(fieldsOf device: NVMLDevice) {
        let values = device.fields(Self.fields.map { NVMLField(id: $0) }).map { try? $0.get().unsigned }
        guard values.count == 4, let isPending = values[2], let hasFailed = values[3] else { return nil }
        self.init(
            corrected: values[0].map(UInt32.init(clamping:)), uncorrected: values[1].map(UInt32.init(clamping:)),
            isPending: isPending != 0, hasFailed: hasFailed != 0)
    }
}

extension ECCLocation {
    /// Where a generation counts: DRAM and SRAM since Ampere (7), the other places before; all where it is unknown.
    fileprivate static func counted(architecture: UInt32?) -> [ECCLocation] {
        guard let architecture else { return allCases }
        return architecture >= 7 ? [.dram, .sram] : allCases.filter { $0 != .sram }
    }
}

extension ECCCounts {
    fileprivate init(reading device: NVMLDevice, _ counter: NVMLECCCounter, _ locations: [ECCLocation]) {
        self.init()
        corrected = Reading { () throws(NVMLError) in try device.totalECCErrors(.corrected, counter) }
        uncorrected = Reading { () throws(NVMLError) in try device.totalECCErrors(.uncorrected, counter) }
        for location in locations {
            guard let place = NVMLMemoryLocation(rawValue: UInt32(location.rawValue)) else { continue }
            let count = ECCLocationCount(
                location,
                corrected: Reading { () throws(NVMLError) in try device.eccErrors(.corrected, counter, at: place) },
                uncorrected: Reading { () throws(NVMLError) in try device.eccErrors(.uncorrected, counter, at: place) })
            let isCounted = count.corrected.reason != .notSupported || count.uncorrected.reason != .notSupported
            if isCounted { self.locations.append(count) }
        }
    }
}

extension SRAMErrors {
    fileprivate init(_ status: NVMLSRAMStatus) {
        self.init()
        aggregateUncorrectedParity = status.aggregateUncorrectedParity
        aggregateUncorrectedSECDED = status.aggregateUncorrectedSECDED
        aggregateCorrected = status.aggregateCorrected
        volatileUncorrectedParity = status.volatileUncorrectedParity
        volatileUncorrectedSECDED = status.volatileUncorrectedSECDED
        volatileCorrected = status.volatileCorrected
        l2 = status.l2
        sm = status.sm
        pcie = status.pcie
        microcontroller = status.microcontroller
        other = status.other
        isThresholdExceeded = status.thresholdExceeded
    }
}

extension RetiredPages {
    /// The InfoROM's table has room for 64 pages.
    private static let tableSize = 64

    fileprivate init(reading device: NVMLDevice) {
        self.init()
        singleBit = Reading { () throws(NVMLError) in
            UInt32(clamping: try device.retiredPages(.singleBitErrors).count)
        }
        let doubleBitPages = Reading { () throws(NVMLError) in try device.retiredPages(.doubleBitError) }
        doubleBit = doubleBitPages.map { UInt32(clamping: $0.count) }
        doubleBitTimes = Array((doubleBitPages.value ?? []).compactMap(\.retiredAt).prefix(Self.tableSize))
        isPending = Reading { () throws(NVMLError) in try device.retirementPending() }
    }
}
