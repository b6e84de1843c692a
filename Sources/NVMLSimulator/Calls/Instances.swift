public import CNVML
internal import Scenarios

@_cdecl("nvmlDeviceGetGpuInstanceById")
public func nvmlDeviceGetGpuInstanceById(
    _ device: nvmlDevice_t?, _ id: UInt32, _ out: UnsafeMutablePointer<nvmlGpuInstance_t?>?
) -> nvmlReturn_t {
    onDevice(.deviceGetGpuInstanceById, device) { device in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        guard device.gpu.mig.isOn else { return NVML_ERROR_NOT_SUPPORTED }
        guard let place = device.migDevices.firstIndex(where: { $0.description.gpuInstance == id }) else {
            return NVML_ERROR_NOT_FOUND
        }
        out.pointee = Handle(.gpuInstance, SimulatedNode.number(device.index, place)).pointer
        return NVML_SUCCESS
    }
}

/// The instances of a profile; the caller's list has room for as many as the profile allows.
@_cdecl("nvmlDeviceGetGpuInstances")
public func nvmlDeviceGetGpuInstances(
    _ device: nvmlDevice_t?, _ profile: UInt32, _ out: UnsafeMutablePointer<nvmlGpuInstance_t?>?,
    _ count: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    onDevice(.deviceGetGpuInstances, device) { device in
        guard let out, let count else { return NVML_ERROR_INVALID_ARGUMENT }
        guard device.gpu.mig.isOn else { return NVML_ERROR_NOT_SUPPORTED }
        let places = device.firstPlaces { $0.gpuProfile == profile }
        for (position, place) in places.enumerated() {
            out[position] = Handle(.gpuInstance, SimulatedNode.number(device.index, place)).pointer
        }
        count.pointee = UInt32(places.count)
        return NVML_SUCCESS
    }
}

extension SimulatedDevice {
    /// The first MIG device of each GPU instance that a test lets through.
    fileprivate func firstPlaces(_ test: (MIGDevice) -> Bool) -> [Int] {
        var seen: Set<Int> = []
        return migDevices.indices.filter { place in
            test(migDevices[place].description) && seen.insert(migDevices[place].description.gpuInstance).inserted
        }
    }
}

@_cdecl("nvmlGpuInstanceGetInfo")
public func nvmlGpuInstanceGetInfo(
    _ instance: nvmlGpuInstance_t?, _ out: UnsafeMutablePointer<nvmlGpuInstanceInfo_t>?
) -> nvmlReturn_t {
    onInstance(.gpuInstanceGetInfo, instance, .gpuInstance) { device, mig in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        out.pointee.device = device.handle
        out.pointee.id = UInt32(truncatingIfNeeded: mig.gpuInstance)
        out.pointee.profileId = UInt32(truncatingIfNeeded: mig.gpuProfile)
        out.pointee.placement.start = UInt32(truncatingIfNeeded: mig.placementStart)
        out.pointee.placement.size = UInt32(truncatingIfNeeded: mig.placementSize)
        return NVML_SUCCESS
    }
}

@_cdecl("nvmlGpuInstanceGetComputeInstances")
public func nvmlGpuInstanceGetComputeInstances(
    _ instance: nvmlGpuInstance_t?, _ profile: UInt32, _ out: UnsafeMutablePointer<nvmlComputeInstance_t?>?,
    _ count: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    onInstance(.gpuInstanceGetComputeInstances, instance, .gpuInstance) { device, mig in
        guard let out, let count else { return NVML_ERROR_INVALID_ARGUMENT }
        let places = device.migDevices.indices.filter { place in
            let other = device.migDevices[place].description
            return other.gpuInstance == mig.gpuInstance && other.computeProfile == profile
        }
        for (position, place) in places.enumerated() {
            out[position] = Handle(.computeInstance, SimulatedNode.number(device.index, place)).pointer
        }
        count.pointee = UInt32(places.count)
        return NVML_SUCCESS
    }
}

@_cdecl("nvmlGpuInstanceGetComputeInstanceById")
public func nvmlGpuInstanceGetComputeInstanceById(
    _ instance: nvmlGpuInstance_t?, _ id: UInt32, _ out: UnsafeMutablePointer<nvmlComputeInstance_t?>?
) -> nvmlReturn_t {
    onInstance(.gpuInstanceGetComputeInstanceById, instance, .gpuInstance) { device, mig in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        let place = device.migDevices.firstIndex { other in
            other.description.gpuInstance == mig.gpuInstance && other.description.computeInstance == id
        }
        guard let place else { return NVML_ERROR_NOT_FOUND }
        out.pointee = Handle(.computeInstance, SimulatedNode.number(device.index, place)).pointer
        return NVML_SUCCESS
    }
}

@_cdecl("nvmlComputeInstanceGetInfo_v2")
public func nvmlComputeInstanceGetInfoV2(
    _ instance: nvmlComputeInstance_t?, _ out: UnsafeMutableRawPointer?
) -> nvmlReturn_t { writeComputeInstance(instance, out) }

@_cdecl("nvmlComputeInstanceGetInfo")
public func nvmlComputeInstanceGetInfo(
    _ instance: nvmlComputeInstance_t?, _ out: UnsafeMutableRawPointer?
) -> nvmlReturn_t { writeComputeInstance(instance, out) }

/// nvmlComputeInstanceInfo_t: device at 0, GPU instance at 8, id at 16, profile at 20, placement (start, size) at 24.
private func writeComputeInstance(_ instance: nvmlComputeInstance_t?, _ out: UnsafeMutableRawPointer?) -> nvmlReturn_t {
    onInstance(.computeInstanceGetInfo, instance, .computeInstance) { device, mig in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        let place = device.migDevices.firstIndex { $0.description.gpuInstance == mig.gpuInstance } ?? 0
        let parent = Handle(.gpuInstance, SimulatedNode.number(device.index, place)).pointer
        out.storeBytes(of: UInt(bitPattern: device.handle), toByteOffset: 0, as: UInt.self)
        out.storeBytes(of: UInt(bitPattern: parent), toByteOffset: 8, as: UInt.self)
        out.storeBytes(of: UInt32(truncatingIfNeeded: mig.computeInstance), toByteOffset: 16, as: UInt32.self)
        out.storeBytes(of: UInt32(truncatingIfNeeded: mig.computeProfile), toByteOffset: 20, as: UInt32.self)
        out.storeBytes(of: 0, toByteOffset: 24, as: UInt32.self)
        out.storeBytes(of: UInt32(truncatingIfNeeded: mig.computeSlices), toByteOffset: 28, as: UInt32.self)
        return NVML_SUCCESS
    }
}

/// A call about an instance of a GPU.
private func onInstance(
    _ call: NVMLCall, _ pointer: OpaquePointer?, _ kind: Handle.Kind,
    _ body: (SimulatedDevice, MIGDevice) -> nvmlReturn_t
) -> nvmlReturn_t {
    onNode(call) { node in
        guard let (device, mig) = node.mig(pointer, kind) else { return NVML_ERROR_INVALID_ARGUMENT }
        if let code = device.faults.pass(call) { return code }
        return body(device, mig.description)
    }
}
