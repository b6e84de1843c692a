import CNVML

struct RepairFunctions {
    let retiredPagesV2: NVMLFunction<pfn_nvmlDeviceGetRetiredPages_v2>
    let retiredPages: NVMLFunction<pfn_nvmlDeviceGetRetiredPages>
    let retirementPending: NVMLFunction<DeviceUInt32>
    let remappedRowsV2: NVMLFunction<pfn_nvmlDeviceGetRemappedRows_v2>
    let remappedRows: NVMLFunction<pfn_nvmlDeviceGetRemappedRows>
    let histogram: NVMLFunction<pfn_nvmlDeviceGetRowRemapperHistogram>
    let status: NVMLFunction<pfn_nvmlDeviceGetRepairStatus>
    let unrepairable: NVMLFunction<pfn_nvmlDeviceGetUnrepairableMemoryFlag_v1>
    let bankRemapper: NVMLFunction<pfn_nvmlDeviceGetBankRemapperStatus_v1>

    init(_ binder: inout SymbolBinder) {
        retiredPagesV2 = binder.optional("nvmlDeviceGetRetiredPages_v2")
        retiredPages = binder.optional("nvmlDeviceGetRetiredPages")
        retirementPending = binder.optional("nvmlDeviceGetRetiredPagesPendingStatus")
        remappedRowsV2 = binder.optional(.since(610, "nvmlDeviceGetRemappedRows_v2"))
        remappedRows = binder.optional(.since(450, "nvmlDeviceGetRemappedRows"))
        histogram = binder.optional(.since(455, "nvmlDeviceGetRowRemapperHistogram"))
        status = binder.optional(.since(580, "nvmlDeviceGetRepairStatus"))
        unrepairable = binder.optional(.since(590, "nvmlDeviceGetUnrepairableMemoryFlag_v1"))
        bankRemapper = binder.optional(.since(610, "nvmlDeviceGetBankRemapperStatus_v1"))
    }
}

/// Why a page was retired.
package enum NVMLRetirementCause: UInt32, CaseIterable, Sendable {
    case singleBitErrors = 0
    case doubleBitError = 1
}

/// A memory page that is no longer used (Turing and older).
package struct NVMLRetiredPage: Hashable, Sendable {
    /// The hardware address, as in Xid 63.
    package let address: UInt64
    /// Microseconds since the epoch; nil where the library does not tell.
    package let retiredAt: UInt64?
}

/// Rows of memory that spare rows stand in for (Ampere and newer).
package struct NVMLRemappedRows: Hashable, Sendable {
    package let correctable: UInt32
    package let uncorrectable: UInt32
    /// A reset is needed for a remapping to take effect.
    package let pending: Bool
    /// A remapping failed: the board is to be replaced.
    package let failed: Bool
}

/// Memory banks by how many of their spare rows are left.
package struct NVMLRemapHistogram: Hashable, Sendable {
    package let max: UInt32
    package let high: UInt32
    package let partial: UInt32
    package let low: UInt32
    package let none: UInt32
}

/// Banks of memory that spare banks stand in for.
package struct NVMLBankRemapper: Hashable, Sendable {
    package let pending: Bool
    package let groupsWithoutSpares: UInt32
}

extension NVMLDevice {
    /// Not supported on Ampere and newer, which remap rows.
    package func retiredPages(_ cause: NVMLRetirementCause) throws(NVMLError) -> [NVMLRetiredPage] {
        guard functions.pointee.repair.retiredPagesV2.address != nil else { return try retiredPagesV1(cause) }
        var times: [UInt64] = []
        let addresses = try list(functions.pointee.repair.retiredPagesV2, of: UInt64(0)) { function, buffer, count in
            times = [UInt64](repeating: 0, count: Int(count))
            return times.withUnsafeMutableBufferPointer {
                function(handle, cause.rawValue, &count, buffer, $0.baseAddress)
            }
        }
        return zip(addresses, times).map { NVMLRetiredPage(address: $0, retiredAt: $1) }
    }

    private func retiredPagesV1(_ cause: NVMLRetirementCause) throws(NVMLError) -> [NVMLRetiredPage] {
        let addresses = try list(functions.pointee.repair.retiredPages, of: UInt64(0)) { function, buffer, count in
            function(handle, cause.rawValue, &count, buffer)
        }
        return addresses.map { NVMLRetiredPage(address: $0, retiredAt: nil) }
    }

    /// Whether pages wait for a reset to be retired.
    package func retirementPending() throws(NVMLError) -> Bool { try flag(functions.pointee.repair.retirementPending) }

    /// Not supported while MIG instances exist; some consumer boards answer zeros.
    package func remappedRows() throws(NVMLError) -> NVMLRemappedRows {
        var rows = nvmlRemappedRowsInfo_v2_t()
        let function = functions.pointee.repair.remappedRowsV2
        let code = answer(function) { $0(handle, &rows) }
        if code.meansTryOlder { return try remappedRowsV1() }
        guard code == .success else { throw NVMLError(code, function.symbolIndex) }
        return NVMLRemappedRows(
            correctable: rows.corrActiveRemaps, uncorrectable: rows.uncActiveRemaps, pending: rows.bPending != 0,
            failed: rows.bFailureOccurred != 0)
    }

    private func remappedRowsV1() throws(NVMLError) -> NVMLRemappedRows {
        var correctable: UInt32 = 0
        var uncorrectable: UInt32 = 0
        var pending: UInt32 = 0
        var failed: UInt32 = 0
        try call(functions.pointee.repair.remappedRows) { $0(handle, &correctable, &uncorrectable, &pending, &failed) }
        return NVMLRemappedRows(
            correctable: correctable, uncorrectable: uncorrectable, pending: pending != 0, failed: failed != 0)
    }

    /// Ampere and newer. `none` above 0: a bank has no spare row left.
    package func remapHistogram() throws(NVMLError) -> NVMLRemapHistogram {
        var banks = nvmlRowRemapperHistogramValues_t()
        try call(functions.pointee.repair.histogram) { $0(handle, &banks) }
        return NVMLRemapHistogram(
            max: banks.max, high: banks.high, partial: banks.partial, low: banks.low, none: banks.none)
    }

    /// Repairs that wait for a reset: of a memory channel, of a texture processing cluster.
    package func repairStatus() throws(NVMLError) -> (channelPending: Bool, tpcPending: Bool) {
        var status = nvmlRepairStatus_v1_t()
        status.version = nvmlRepairStatus_v1
        try call(functions.pointee.repair.status) { $0(handle, &status) }
        return (status.bChannelRepairPending != 0, status.bTpcRepairPending != 0)
    }

    /// Whether the GPU has memory that cannot be repaired (driver branch 590 and later).
    package func hasUnrepairableMemory() throws(NVMLError) -> Bool {
        var status = nvmlUnrepairableMemoryStatus_v1_t()
        try call(functions.pointee.repair.unrepairable) { $0(handle, &status) }
        return status.bUnrepairableMemory != 0
    }

    /// The state of bank remapping (driver branch 610 and later).
    package func bankRemapper() throws(NVMLError) -> NVMLBankRemapper {
        var status = nvmlEccBankRemapperStatus_v1_t()
        try call(functions.pointee.repair.bankRemapper) { $0(handle, &status) }
        return NVMLBankRemapper(
            pending: status.bPending != 0, groupsWithoutSpares: status.histogram.noSpareGroupCount)
    }
}
