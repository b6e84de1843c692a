public import CNVML
internal import Scenarios

@_cdecl("nvmlDeviceGetSerial")
public func nvmlDeviceGetSerial(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<CChar>?, _ length: UInt32
) -> nvmlReturn_t {
    readText(.deviceGetSerial, device, out, length) { $0.gpu.identity.serial }
}

@_cdecl("nvmlDeviceGetBoardPartNumber")
public func nvmlDeviceGetBoardPartNumber(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<CChar>?, _ length: UInt32
) -> nvmlReturn_t {
    readText(.deviceGetBoardPartNumber, device, out, length) { $0.gpu.identity.boardPartNumber }
}

@_cdecl("nvmlDeviceGetBrand")
public func nvmlDeviceGetBrand(_ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?) -> nvmlReturn_t {
    readNumber(.deviceGetBrand, device, out) { $0.gpu.identity.brand }
}

@_cdecl("nvmlDeviceGetArchitecture")
public func nvmlDeviceGetArchitecture(_ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?) -> nvmlReturn_t {
    readNumber(.deviceGetArchitecture, device, out) { $0.gpu.identity.architecture }
}

@_cdecl("nvmlDeviceGetMinorNumber")
public func nvmlDeviceGetMinorNumber(_ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?) -> nvmlReturn_t {
    readNumber(.deviceGetMinorNumber, device, out) { $0.gpu.identity.minorNumber }
}

@_cdecl("nvmlDeviceGetBoardId")
public func nvmlDeviceGetBoardId(_ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?) -> nvmlReturn_t {
    readNumber(.deviceGetBoardId, device, out) { $0.gpu.identity.boardID }
}

@_cdecl("nvmlDeviceGetModuleId")
public func nvmlDeviceGetModuleId(_ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?) -> nvmlReturn_t {
    readNumber(.deviceGetModuleId, device, out) { $0.gpu.identity.moduleID }
}

@_cdecl("nvmlDeviceGetMultiGpuBoard")
public func nvmlDeviceGetMultiGpuBoard(_ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?) -> nvmlReturn_t {
    readNumber(.deviceGetMultiGpuBoard, device, out) { $0.gpu.identity.multiGPUBoard }
}

@_cdecl("nvmlDeviceGetNumGpuCores")
public func nvmlDeviceGetNumGpuCores(_ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?) -> nvmlReturn_t {
    readNumber(.deviceGetNumGpuCores, device, out) { $0.gpu.identity.gpuCores }
}

@_cdecl("nvmlDeviceGetMemoryBusWidth")
public func nvmlDeviceGetMemoryBusWidth(_ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?) -> nvmlReturn_t {
    readNumber(.deviceGetMemoryBusWidth, device, out) { $0.gpu.identity.memoryBusWidthBits }
}

@_cdecl("nvmlDeviceGetIrqNum")
public func nvmlDeviceGetIrqNum(_ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?) -> nvmlReturn_t {
    readNumber(.deviceGetIrqNum, device, out) { $0.gpu.identity.irq }
}

@_cdecl("nvmlDeviceGetName")
public func nvmlDeviceGetName(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<CChar>?, _ length: UInt32
) -> nvmlReturn_t {
    onAnyDevice(.deviceGetName, device) { device, mig in
        put(mig?.name ?? device.gpu.identity.name, out, length)
    }
}

@_cdecl("nvmlDeviceGetUUID")
public func nvmlDeviceGetUUID(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<CChar>?, _ length: UInt32
) -> nvmlReturn_t {
    onAnyDevice(.deviceGetUUID, device) { device, mig in
        guard let mig else { return put(device.gpu.identity.uuid, out, length) }
        return put(mig.description.uuid.map { .value($0) } ?? .absent, out, length)
    }
}

@_cdecl("nvmlDeviceGetIndex")
public func nvmlDeviceGetIndex(_ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?) -> nvmlReturn_t {
    onDevice(.deviceGetIndex, device) { device in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        out.pointee = UInt32(device.index)
        return NVML_SUCCESS
    }
}

@_cdecl("nvmlDeviceGetCudaComputeCapability")
public func nvmlDeviceGetCudaComputeCapability(
    _ device: nvmlDevice_t?, _ major: UnsafeMutablePointer<Int32>?, _ minor: UnsafeMutablePointer<Int32>?
) -> nvmlReturn_t {
    onDevice(.deviceGetCudaComputeCapability, device) { device in
        guard let major, let minor else { return NVML_ERROR_INVALID_ARGUMENT }
        switch device.gpu.identity.computeCapability {
        case .value(let text):
            let parts = text.string.split(separator: ".").compactMap { Int32($0) }
            guard parts.count == 2 else { return NVML_ERROR_UNKNOWN }
            (major.pointee, minor.pointee) = (parts[0], parts[1])
            return NVML_SUCCESS
        case .absent: return NVML_ERROR_NOT_SUPPORTED
        case .failed(let code): return code.rawValue
        }
    }
}

@_cdecl("nvmlDeviceGetGpuUptime_v1")
public func nvmlDeviceGetGpuUptimeV1(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<nvmlGpuUptime_v1_t>?
) -> nvmlReturn_t {
    onDevice(.deviceGetGpuUptime, device) { device in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        return put(device.gpu.identity.uptimeSeconds, &out.pointee.uptime)
    }
}
