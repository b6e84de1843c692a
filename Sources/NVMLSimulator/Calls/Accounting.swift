public import CNVML
internal import Scenarios

@_cdecl("nvmlDeviceGetAccountingMode")
public func nvmlDeviceGetAccountingMode(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    readNumber(.deviceGetAccountingMode, device, out) { $0.gpu.modes.accounting }
}

@_cdecl("nvmlDeviceGetAccountingBufferSize")
public func nvmlDeviceGetAccountingBufferSize(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    readNumber(.deviceGetAccountingBufferSize, device, out) { $0.gpu.modes.accountingBuffer }
}

/// With accounting on, the running compute processes are what it knows of.
@_cdecl("nvmlDeviceGetAccountingPids")
public func nvmlDeviceGetAccountingPids(
    _ device: nvmlDevice_t?, _ count: UnsafeMutablePointer<UInt32>?, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    onDevice(.deviceGetAccountingPids, device) { device in
        guard device.gpu.modes.accounting.orZero == 1 else { return NVML_ERROR_NOT_SUPPORTED }
        return put(device.gpu.processes.map(\.pid), count, out)
    }
}

@_cdecl("nvmlDeviceGetAccountingStats")
public func nvmlDeviceGetAccountingStats(
    _ device: nvmlDevice_t?, _ pid: UInt32, _ out: UnsafeMutablePointer<nvmlAccountingStats_t>?
) -> nvmlReturn_t {
    onDevice(.deviceGetAccountingStats, device) { device in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        guard device.gpu.modes.accounting.orZero == 1 else { return NVML_ERROR_NOT_SUPPORTED }
        guard let process = device.gpu.processes.first(where: { $0.pid == pid }) else { return NVML_ERROR_NOT_FOUND }
        out.pointee = nvmlAccountingStats_t()
        out.pointee.gpuUtilization = UInt32(truncatingIfNeeded: process.smPercent)
        out.pointee.memoryUtilization = UInt32(truncatingIfNeeded: process.memoryPercent)
        out.pointee.maxMemoryUsage = UInt64(bitPattern: process.usedMemory.orZero)
        out.pointee.isRunning = 1
        return NVML_SUCCESS
    }
}
