public import CNVML
internal import Scenarios

@_cdecl("nvmlDeviceGetRetiredPages")
public func nvmlDeviceGetRetiredPages(
    _ device: nvmlDevice_t?, _ cause: UInt32, _ count: UnsafeMutablePointer<UInt32>?,
    _ addresses: UnsafeMutablePointer<UInt64>?
) -> nvmlReturn_t {
    readRetiredPages(device, cause, count, addresses, nil)
}

@_cdecl("nvmlDeviceGetRetiredPages_v2")
public func nvmlDeviceGetRetiredPagesV2(
    _ device: nvmlDevice_t?, _ cause: UInt32, _ count: UnsafeMutablePointer<UInt32>?,
    _ addresses: UnsafeMutablePointer<UInt64>?, _ timestamps: UnsafeMutablePointer<UInt64>?
) -> nvmlReturn_t {
    readRetiredPages(device, cause, count, addresses, timestamps)
}

private func readRetiredPages(
    _ device: nvmlDevice_t?, _ cause: UInt32, _ count: UnsafeMutablePointer<UInt32>?,
    _ addresses: UnsafeMutablePointer<UInt64>?, _ timestamps: UnsafeMutablePointer<UInt64>?
) -> nvmlReturn_t {
    guard cause <= 1 else { return NVML_ERROR_INVALID_ARGUMENT }
    return onDevice(.deviceGetRetiredPages, device) { device in
        guard let pages = device.gpu.retiredPages else { return NVML_ERROR_NOT_SUPPORTED }
        let list = cause == 0 ? pages.singleBit : pages.doubleBit
        let code = put(list, count, addresses)
        if code == NVML_SUCCESS, let timestamps {
            for position in list.indices { timestamps[position] = 1_735_689_600 + UInt64(position) * 86_400 }
        }
        return code
    }
}

@_cdecl("nvmlDeviceGetRetiredPagesPendingStatus")
public func nvmlDeviceGetRetiredPagesPendingStatus(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    readNumber(.deviceGetRetiredPagesPendingStatus, device, out) { $0.gpu.retiredPages?.pending ?? .absent }
}

@_cdecl("nvmlDeviceGetRemappedRows")
public func nvmlDeviceGetRemappedRows(
    _ device: nvmlDevice_t?, _ correctable: UnsafeMutablePointer<UInt32>?,
    _ uncorrectable: UnsafeMutablePointer<UInt32>?, _ pending: UnsafeMutablePointer<UInt32>?,
    _ failure: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    onDevice(.deviceGetRemappedRows, device) { device in
        guard let correctable, let uncorrectable, let pending, let failure else { return NVML_ERROR_INVALID_ARGUMENT }
        guard let rows = device.gpu.rowRemap else { return NVML_ERROR_NOT_SUPPORTED }
        return all(rows.correctable, rows.uncorrectable, rows.pending, rows.failure) { values in
            correctable.pointee = UInt32(truncatingIfNeeded: values[0])
            uncorrectable.pointee = UInt32(truncatingIfNeeded: values[1])
            pending.pointee = UInt32(truncatingIfNeeded: values[2])
            failure.pointee = UInt32(truncatingIfNeeded: values[3])
        }
    }
}

@_cdecl("nvmlDeviceGetRemappedRows_v2")
public func nvmlDeviceGetRemappedRowsV2(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<nvmlRemappedRowsInfo_v2_t>?
) -> nvmlReturn_t {
    onDevice(.deviceGetRemappedRows, device) { device in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        guard let rows = device.gpu.rowRemap else { return NVML_ERROR_NOT_SUPPORTED }
        return all(rows.correctable, rows.uncorrectable, rows.pending, rows.failure) { values in
            out.pointee.corrActiveRemaps = UInt32(truncatingIfNeeded: values[0])
            out.pointee.corrInactiveRemaps = UInt32(truncatingIfNeeded: rows.inactiveCorrectable.orZero)
            out.pointee.uncActiveRemaps = UInt32(truncatingIfNeeded: values[1])
            out.pointee.uncInactiveRemaps = UInt32(truncatingIfNeeded: rows.inactiveUncorrectable.orZero)
            out.pointee.bPending = UInt32(truncatingIfNeeded: values[2])
            out.pointee.bFailureOccurred = UInt32(truncatingIfNeeded: values[3])
        }
    }
}

@_cdecl("nvmlDeviceGetRowRemapperHistogram")
public func nvmlDeviceGetRowRemapperHistogram(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<nvmlRowRemapperHistogramValues_t>?
) -> nvmlReturn_t {
    onDevice(.deviceGetRowRemapperHistogram, device) { device in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        guard let banks = device.gpu.rowRemap?.histogram else { return NVML_ERROR_NOT_SUPPORTED }
        return all(banks.max, banks.high, banks.partial, banks.low, banks.none) { values in
            out.pointee.max = UInt32(truncatingIfNeeded: values[0])
            out.pointee.high = UInt32(truncatingIfNeeded: values[1])
            out.pointee.partial = UInt32(truncatingIfNeeded: values[2])
            out.pointee.low = UInt32(truncatingIfNeeded: values[3])
            out.pointee.none = UInt32(truncatingIfNeeded: values[4])
        }
    }
}

@_cdecl("nvmlDeviceGetRepairStatus")
public func nvmlDeviceGetRepairStatus(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<nvmlRepairStatus_v1_t>?
) -> nvmlReturn_t {
    onDevice(.deviceGetRepairStatus, device) { device in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        guard out.pointee.version == nvmlRepairStatus_v1 else { return NVML_ERROR_ARGUMENT_VERSION_MISMATCH }
        return all(device.gpu.repair.channelPending, device.gpu.repair.tpcPending) { values in
            out.pointee.bChannelRepairPending = UInt32(truncatingIfNeeded: values[0])
            out.pointee.bTpcRepairPending = UInt32(truncatingIfNeeded: values[1])
        }
    }
}

@_cdecl("nvmlDeviceGetUnrepairableMemoryFlag_v1")
public func nvmlDeviceGetUnrepairableMemoryFlagV1(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<nvmlUnrepairableMemoryStatus_v1_t>?
) -> nvmlReturn_t {
    onDevice(.deviceGetUnrepairableMemoryFlag, device) { device in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        return put(device.gpu.repair.unrepairableMemory, &out.pointee.bUnrepairableMemory)
    }
}

@_cdecl("nvmlDeviceGetBankRemapperStatus_v1")
public func nvmlDeviceGetBankRemapperStatusV1(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<nvmlEccBankRemapperStatus_v1_t>?
) -> nvmlReturn_t {
    onDevice(.deviceGetBankRemapperStatus, device) { device in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        guard let banks = device.gpu.repair.bankRemapper else { return NVML_ERROR_NOT_SUPPORTED }
        return all(banks.active, banks.inactive, banks.pending, banks.maxSpareGroups, banks.noSpareGroups) { values in
            out.pointee.activeRemappings = UInt32(truncatingIfNeeded: values[0])
            out.pointee.inactiveRemappings = UInt32(truncatingIfNeeded: values[1])
            out.pointee.bPending = UInt32(truncatingIfNeeded: values[2])
            out.pointee.histogram.maxSpareGroupCount = UInt32(truncatingIfNeeded: values[3])
            out.pointee.histogram.noSpareGroupCount = UInt32(truncatingIfNeeded: values[4])
        }
    }
}
