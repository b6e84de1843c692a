public import CNVML
internal import Scenarios

@_cdecl("nvmlDeviceGetMemoryInfo")
public func nvmlDeviceGetMemoryInfo(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<nvmlMemory_t>?
) -> nvmlReturn_t {
    readMemory(device, out) { out, memory in
        // The first version counts what the driver keeps for itself as used.
        out.pointee.total = memory.total
        out.pointee.free = memory.free
        out.pointee.used = memory.used + memory.reserved
        return NVML_SUCCESS
    }
}

@_cdecl("nvmlDeviceGetMemoryInfo_v2")
public func nvmlDeviceGetMemoryInfoV2(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<nvmlMemory_v2_t>?
) -> nvmlReturn_t {
    readMemory(device, out) { out, memory in
        guard out.pointee.version == nvmlMemory_v2 else { return NVML_ERROR_ARGUMENT_VERSION_MISMATCH }
        out.pointee.total = memory.total
        out.pointee.reserved = memory.reserved
        out.pointee.free = memory.free
        out.pointee.used = memory.used
        return NVML_SUCCESS
    }
}

private struct MemoryNow {
    let total: UInt64
    let reserved: UInt64
    let used: UInt64
    var free: UInt64 { total - min(total, used + reserved) }
}

private func readMemory<Out>(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<Out>?,
    _ write: (UnsafeMutablePointer<Out>, MemoryNow) -> nvmlReturn_t
) -> nvmlReturn_t {
    onAnyDevice(.deviceGetMemoryInfo, device) { device, mig in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        let memory = mig?.description.memory ?? device.gpu.memory
        switch (memory.total, memory.used) {
        case (.value(let total), .value(let used)):
            let reserved = memory.reserved.orZero
            return write(
                out,
                MemoryNow(
                    total: UInt64(max(0, total.now)), reserved: UInt64(max(0, reserved)), used: UInt64(max(0, used.now))
                ))
        case (.failed(let code), _), (_, .failed(let code)): return code.rawValue
        default: return NVML_ERROR_NOT_SUPPORTED
        }
    }
}

@_cdecl("nvmlDeviceGetBAR1MemoryInfo")
public func nvmlDeviceGetBAR1MemoryInfo(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<nvmlBAR1Memory_t>?
) -> nvmlReturn_t {
    onAnyDevice(.deviceGetBAR1MemoryInfo, device) { device, mig in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        let memory = mig?.description.memory ?? device.gpu.memory
        return all(memory.bar1Total, memory.bar1Used) { values in
            out.pointee.bar1Total = UInt64(truncatingIfNeeded: values[0])
            out.pointee.bar1Used = UInt64(truncatingIfNeeded: values[1])
            out.pointee.bar1Free = UInt64(max(0, values[0].subtractingReportingOverflow(values[1]).partialValue))
        }
    }
}
