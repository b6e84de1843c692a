public import CNVML
internal import Scenarios

@_cdecl("nvmlDeviceGetEccMode")
public func nvmlDeviceGetEccMode(
    _ device: nvmlDevice_t?, _ current: UnsafeMutablePointer<UInt32>?, _ pending: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    onDevice(.deviceGetEccMode, device) { device in
        guard let current, let pending else { return NVML_ERROR_INVALID_ARGUMENT }
        return all(device.gpu.ecc.current, device.gpu.ecc.pending) { values in
            current.pointee = UInt32(truncatingIfNeeded: values[0])
            pending.pointee = UInt32(truncatingIfNeeded: values[1])
        }
    }
}

@_cdecl("nvmlDeviceGetDefaultEccMode")
public func nvmlDeviceGetDefaultEccMode(_ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?) -> nvmlReturn_t {
    readNumber(.deviceGetDefaultEccMode, device, out) { $0.gpu.ecc.defaultMode }
}

@_cdecl("nvmlDeviceGetTotalEccErrors")
public func nvmlDeviceGetTotalEccErrors(
    _ device: nvmlDevice_t?, _ error: UInt32, _ counter: UInt32, _ out: UnsafeMutablePointer<UInt64>?
) -> nvmlReturn_t {
    guard error <= 1, counter <= 1 else { return NVML_ERROR_INVALID_ARGUMENT }
    return readNumber(.deviceGetTotalEccErrors, device, out) { $0.eccTotals[Int(counter)][Int(error)] }
}

@_cdecl("nvmlDeviceGetMemoryErrorCounter")
public func nvmlDeviceGetMemoryErrorCounter(
    _ device: nvmlDevice_t?, _ error: UInt32, _ counter: UInt32, _ location: UInt32,
    _ out: UnsafeMutablePointer<UInt64>?
) -> nvmlReturn_t {
    guard error <= 1, counter <= 1, location <= NVML_MEMORY_LOCATION_SRAM else { return NVML_ERROR_INVALID_ARGUMENT }
    return readNumber(.deviceGetMemoryErrorCounter, device, out) { device in
        let counters = counter == NVML_VOLATILE_ECC ? device.gpu.ecc.volatile : device.gpu.ecc.aggregate
        let errors = error == NVML_MEMORY_ERROR_TYPE_CORRECTED ? counters.corrected : counters.uncorrected
        return errors.at(location)
    }
}

extension ECCLocations {
    /// The counter of one of NVML's memory locations.
    fileprivate func at(_ location: UInt32) -> NumericReading {
        switch location {
        case NVML_MEMORY_LOCATION_L1_CACHE: l1
        case NVML_MEMORY_LOCATION_L2_CACHE: l2
        case NVML_MEMORY_LOCATION_DRAM: dram
        case NVML_MEMORY_LOCATION_REGISTER_FILE: registerFile
        case NVML_MEMORY_LOCATION_TEXTURE_MEMORY: texture
        case NVML_MEMORY_LOCATION_TEXTURE_SHM: textureShared
        case NVML_MEMORY_LOCATION_CBU: cbu
        default: sram
        }
    }
}

@_cdecl("nvmlDeviceGetDetailedEccErrors")
public func nvmlDeviceGetDetailedEccErrors(
    _ device: nvmlDevice_t?, _ error: UInt32, _ counter: UInt32, _ out: UnsafeMutablePointer<nvmlEccErrorCounts_t>?
) -> nvmlReturn_t {
    guard error <= 1, counter <= 1 else { return NVML_ERROR_INVALID_ARGUMENT }
    return onDevice(.deviceGetDetailedEccErrors, device) { device in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        let counters = counter == NVML_VOLATILE_ECC ? device.gpu.ecc.volatile : device.gpu.ecc.aggregate
        let errors = error == NVML_MEMORY_ERROR_TYPE_CORRECTED ? counters.corrected : counters.uncorrected
        guard device.eccTotals[Int(counter)][Int(error)] != .absent else { return NVML_ERROR_NOT_SUPPORTED }
        out.pointee.l1Cache = UInt64(truncatingIfNeeded: errors.l1.orZero)
        out.pointee.l2Cache = UInt64(truncatingIfNeeded: errors.l2.orZero)
        out.pointee.deviceMemory = UInt64(truncatingIfNeeded: errors.dram.orZero)
        out.pointee.registerFile = UInt64(truncatingIfNeeded: errors.registerFile.orZero)
        return NVML_SUCCESS
    }
}

@_cdecl("nvmlDeviceGetSramEccErrorStatus")
public func nvmlDeviceGetSramEccErrorStatus(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<nvmlEccSramErrorStatus_v1_t>?
) -> nvmlReturn_t {
    onDevice(.deviceGetSramEccErrorStatus, device) { device in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        guard out.pointee.version == nvmlEccSramErrorStatus_v1 else { return NVML_ERROR_ARGUMENT_VERSION_MISMATCH }
        guard let sram = device.gpu.ecc.sram else { return NVML_ERROR_NOT_SUPPORTED }
        if case .failed(let code) = sram.aggregateParity { return code.rawValue }
        out.pointee.aggregateUncParity = UInt64(bitPattern: sram.aggregateParity.orZero)
        out.pointee.aggregateUncSecDed = UInt64(bitPattern: sram.aggregateSECDED.orZero)
        out.pointee.aggregateCor = UInt64(bitPattern: sram.aggregateCorrected.orZero)
        out.pointee.volatileUncParity = UInt64(bitPattern: sram.volatileParity.orZero)
        out.pointee.volatileUncSecDed = UInt64(bitPattern: sram.volatileSECDED.orZero)
        out.pointee.volatileCor = UInt64(bitPattern: sram.volatileCorrected.orZero)
        out.pointee.aggregateUncBucketL2 = UInt64(bitPattern: sram.l2.orZero)
        out.pointee.aggregateUncBucketSm = UInt64(bitPattern: sram.sm.orZero)
        out.pointee.aggregateUncBucketPcie = UInt64(bitPattern: sram.pcie.orZero)
        out.pointee.aggregateUncBucketMcu = UInt64(bitPattern: sram.microcontroller.orZero)
        out.pointee.aggregateUncBucketOther = UInt64(bitPattern: sram.other.orZero)
        out.pointee.bThresholdExceeded = UInt32(truncatingIfNeeded: sram.thresholdExceeded.orZero)
        return NVML_SUCCESS
    }
}

@_cdecl("nvmlDeviceGetSramUniqueUncorrectedEccErrorCounts")
public func nvmlDeviceGetSramUniqueUncorrectedEccErrorCounts(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<nvmlEccSramUniqueUncorrectedErrorCounts_v1_t>?
) -> nvmlReturn_t {
    onDevice(.deviceGetSramUniqueUncorrectedEccErrorCounts, device) { device in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        guard out.pointee.version == nvmlEccSramUniqueUncorrectedErrorCounts_v1 else {
            return NVML_ERROR_ARGUMENT_VERSION_MISMATCH
        }
        guard let errors = device.gpu.ecc.sramUnique else { return NVML_ERROR_NOT_SUPPORTED }
        guard out.pointee.entries != nil || errors.isEmpty else {
            out.pointee.entryCount = UInt32(errors.count)
            return NVML_SUCCESS
        }
        let entries = errors.map(nvmlEccSramUniqueUncorrectedErrorEntry_v1_t.init)
        return put(entries, &out.pointee.entryCount, out.pointee.entries)
    }
}

extension nvmlEccSramUniqueUncorrectedErrorEntry_v1_t {
    fileprivate init(_ error: SRAMUniqueError) {
        self.init(
            unit: UInt32(truncatingIfNeeded: error.unit), location: UInt32(truncatingIfNeeded: error.location),
            sublocation: UInt32(truncatingIfNeeded: error.sublocation),
            extlocation: UInt32(truncatingIfNeeded: error.extlocation),
            address: UInt32(truncatingIfNeeded: error.address), isParity: error.parity ? 1 : 0,
            count: UInt32(truncatingIfNeeded: error.count))
    }
}
