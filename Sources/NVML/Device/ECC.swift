import CNVML

struct ECCFunctions {
    let mode: NVMLFunction<DeviceUInt32Pair>
    let total: NVMLFunction<pfn_nvmlDeviceGetTotalEccErrors>
    let counter: NVMLFunction<pfn_nvmlDeviceGetMemoryErrorCounter>
    let sram: NVMLFunction<pfn_nvmlDeviceGetSramEccErrorStatus>

    init(_ binder: inout SymbolBinder) {
        mode = binder.optional("nvmlDeviceGetEccMode")
        total = binder.optional("nvmlDeviceGetTotalEccErrors")
        counter = binder.optional("nvmlDeviceGetMemoryErrorCounter")
        sram = binder.optional(.since(535, "nvmlDeviceGetSramEccErrorStatus"))
    }
}

/// Whether the hardware could repair the error.
package enum NVMLMemoryErrorKind: UInt32, CaseIterable, Sendable {
    case corrected = 0
    case uncorrected = 1
}

/// Since when is counted.
package enum NVMLECCCounter: UInt32, CaseIterable, Sendable {
    /// Since the driver was loaded or the GPU reset.
    case volatile = 0
    /// Over the board's life, kept in the InfoROM: history, not a present fault.
    case aggregate = 1
}

/// Where errors are counted. Ampere and newer count `dram` and `sram`.
package enum NVMLMemoryLocation: UInt32, CaseIterable, Sendable {
    case l1Cache = 0
    case l2Cache = 1
    case dram = 2
    case registerFile = 3
    case textureMemory = 4
    case textureShared = 5
    case cbu = 6
    case sram = 7
}

/// SRAM errors in detail.
package struct NVMLSRAMStatus: Hashable, Sendable {
    package let aggregateUncorrectedParity: UInt64
    package let aggregateUncorrectedSECDED: UInt64
    package let aggregateCorrected: UInt64
    package let volatileUncorrectedParity: UInt64
    package let volatileUncorrectedSECDED: UInt64
    package let volatileCorrected: UInt64
    /// Aggregate uncorrected errors by unit.
    package let l2: UInt64
    package let sm: UInt64
    package let pcie: UInt64
    package let microcontroller: UInt64
    package let other: UInt64
    /// The vendor's flag for replacing the board.
    package let thresholdExceeded: Bool
}

extension NVMLDevice {
    /// Pending differs from current when a reset or reboot is outstanding.
    package func eccMode() throws(NVMLError) -> (current: Bool, pending: Bool) {
        let (current, pending) = try pair(functions.pointee.ecc.mode)
        return (current != 0, pending != 0)
    }

    /// The errors of one kind over all locations.
    package func totalECCErrors(
        _ kind: NVMLMemoryErrorKind, _ counter: NVMLECCCounter
    ) throws(NVMLError) -> UInt64 {
        var count: UInt64 = 0
        try call(functions.pointee.ecc.total) { $0(handle, kind.rawValue, counter.rawValue, &count) }
        return count
    }

    /// The errors of one kind at one location; not supported where the GPU does not count there.
    package func eccErrors(
        _ kind: NVMLMemoryErrorKind, _ counter: NVMLECCCounter, at location: NVMLMemoryLocation
    ) throws(NVMLError) -> UInt64 {
        var count: UInt64 = 0
        try call(choosing: functions.pointee.ecc.counter) {
            $0(handle, kind.rawValue, counter.rawValue, location.rawValue, &count)
        }
        return count
    }

    /// Hopper and newer, and A100. The vendor documents it for root only.
    package func sramStatus() throws(NVMLError) -> NVMLSRAMStatus {
        var status = nvmlEccSramErrorStatus_v1_t()
        status.version = nvmlEccSramErrorStatus_v1
        try call(functions.pointee.ecc.sram) { $0(handle, &status) }
        return NVMLSRAMStatus(
            aggregateUncorrectedParity: status.aggregateUncParity,
            aggregateUncorrectedSECDED: status.aggregateUncSecDed, aggregateCorrected: status.aggregateCor,
            volatileUncorrectedParity: status.volatileUncParity, volatileUncorrectedSECDED: status.volatileUncSecDed,
            volatileCorrected: status.volatileCor, l2: status.aggregateUncBucketL2, sm: status.aggregateUncBucketSm,
            pcie: status.aggregateUncBucketPcie, microcontroller: status.aggregateUncBucketMcu,
            other: status.aggregateUncBucketOther, thresholdExceeded: status.bThresholdExceeded != 0)
    }
}
