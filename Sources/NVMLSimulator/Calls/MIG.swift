public import CNVML
internal import Scenarios

@_cdecl("nvmlDeviceGetMigMode")
public func nvmlDeviceGetMigMode(
    _ device: nvmlDevice_t?, _ current: UnsafeMutablePointer<UInt32>?, _ pending: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    onDevice(.deviceGetMigMode, device) { device in
        guard let current, let pending else { return NVML_ERROR_INVALID_ARGUMENT }
        return all(device.gpu.mig.enabled, device.gpu.mig.pending) { values in
            current.pointee = UInt32(truncatingIfNeeded: values[0])
            pending.pointee = UInt32(truncatingIfNeeded: values[1])
        }
    }
}

@_cdecl("nvmlDeviceGetMaxMigDeviceCount")
public func nvmlDeviceGetMaxMigDeviceCount(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    readNumber(.deviceGetMaxMigDeviceCount, device, out) { device in
        device.gpu.mig.maxDevices == .absent ? .value(Signal(0)) : device.gpu.mig.maxDevices
    }
}

@_cdecl("nvmlDeviceGetMigDeviceHandleByIndex")
public func nvmlDeviceGetMigDeviceHandleByIndex(
    _ device: nvmlDevice_t?, _ index: UInt32, _ out: UnsafeMutablePointer<nvmlDevice_t?>?
) -> nvmlReturn_t {
    onDevice(.deviceGetMigDeviceHandleByIndex, device) { device in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        guard device.gpu.mig.maxDevices != .absent else { return NVML_ERROR_NOT_SUPPORTED }
        guard index < device.gpu.mig.maxDevices.orZero else { return NVML_ERROR_INVALID_ARGUMENT }
        guard device.gpu.mig.isOn, let place = device.migDevices.firstIndex(where: { $0.description.index == index })
        else { return NVML_ERROR_NOT_FOUND }
        out.pointee = Handle(.migDevice, SimulatedNode.number(device.index, place)).pointer
        return NVML_SUCCESS
    }
}

@_cdecl("nvmlDeviceIsMigDeviceHandle")
public func nvmlDeviceIsMigDeviceHandle(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    onAnyDevice(.deviceIsMigDeviceHandle, device) { _, mig in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        out.pointee = mig == nil ? 0 : 1
        return NVML_SUCCESS
    }
}

@_cdecl("nvmlDeviceGetDeviceHandleFromMigDeviceHandle")
public func nvmlDeviceGetDeviceHandleFromMigDeviceHandle(
    _ mig: nvmlDevice_t?, _ out: UnsafeMutablePointer<nvmlDevice_t?>?
) -> nvmlReturn_t {
    onAnyDevice(.deviceGetDeviceHandleFromMigDeviceHandle, mig) { device, mig in
        guard let out, mig != nil else { return NVML_ERROR_INVALID_ARGUMENT }
        out.pointee = device.handle
        return NVML_SUCCESS
    }
}

@_cdecl("nvmlDeviceGetGpuInstanceId")
public func nvmlDeviceGetGpuInstanceId(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    readInstance(.deviceGetGpuInstanceId, device, out) { $0.gpuInstance }
}

@_cdecl("nvmlDeviceGetComputeInstanceId")
public func nvmlDeviceGetComputeInstanceId(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    readInstance(.deviceGetComputeInstanceId, device, out) { $0.computeInstance }
}

private func readInstance(
    _ call: NVMLCall, _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?, _ pick: (MIGDevice) -> Int
) -> nvmlReturn_t {
    onAnyDevice(call, device) { _, mig in
        guard let out, let mig else { return NVML_ERROR_INVALID_ARGUMENT }
        out.pointee = UInt32(truncatingIfNeeded: pick(mig.description))
        return NVML_SUCCESS
    }
}

@_cdecl("nvmlDeviceGetAttributes_v2")
public func nvmlDeviceGetAttributesV2(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<nvmlDeviceAttributes_t>?
) -> nvmlReturn_t { writeAttributes(device, out) }

@_cdecl("nvmlDeviceGetAttributes")
public func nvmlDeviceGetAttributes(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<nvmlDeviceAttributes_t>?
) -> nvmlReturn_t { writeAttributes(device, out) }

private func writeAttributes(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<nvmlDeviceAttributes_t>?
) -> nvmlReturn_t {
    onAnyDevice(.deviceGetAttributes, device) { _, mig in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        guard let mig = mig?.description else { return NVML_ERROR_NOT_SUPPORTED }
        out.pointee.multiprocessorCount = UInt32(truncatingIfNeeded: mig.multiprocessors)
        out.pointee.sharedCopyEngineCount = UInt32(truncatingIfNeeded: mig.copyEngines)
        out.pointee.sharedDecoderCount = UInt32(truncatingIfNeeded: mig.decoders)
        out.pointee.sharedEncoderCount = UInt32(truncatingIfNeeded: mig.encoders)
        out.pointee.sharedJpegCount = UInt32(truncatingIfNeeded: mig.jpegs)
        out.pointee.sharedOfaCount = UInt32(truncatingIfNeeded: mig.ofas)
        out.pointee.gpuInstanceSliceCount = UInt32(truncatingIfNeeded: mig.gpuSlices)
        out.pointee.computeInstanceSliceCount = UInt32(truncatingIfNeeded: mig.computeSlices)
        out.pointee.memorySizeMB = UInt64(truncatingIfNeeded: mig.memory.total.orZero) >> 20
        return NVML_SUCCESS
    }
}
