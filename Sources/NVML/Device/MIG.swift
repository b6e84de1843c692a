import CNVML

struct MIGFunctions {
    let mode: NVMLFunction<DeviceUInt32Pair>
    let maximumCount: NVMLFunction<DeviceUInt32>
    let byIndex: NVMLFunction<pfn_nvmlDeviceGetMigDeviceHandleByIndex>
    let isMIG: NVMLFunction<DeviceUInt32>
    let parent: NVMLFunction<pfn_nvmlDeviceGetDeviceHandleFromMigDeviceHandle>
    let gpuInstanceId: NVMLFunction<DeviceUInt32>
    let computeInstanceId: NVMLFunction<DeviceUInt32>
    let attributes: NVMLFunction<pfn_nvmlDeviceGetAttributes_v2>
    let gpuInstance: NVMLFunction<pfn_nvmlDeviceGetGpuInstanceById>
    let gpuInstanceInfo: NVMLFunction<pfn_nvmlGpuInstanceGetInfo>

    init(_ binder: inout SymbolBinder) {
        mode = binder.optional(.since(450, "nvmlDeviceGetMigMode"))
        maximumCount = binder.optional(.since(450, "nvmlDeviceGetMaxMigDeviceCount"))
        byIndex = binder.optional(.since(450, "nvmlDeviceGetMigDeviceHandleByIndex"))
        isMIG = binder.optional(.since(450, "nvmlDeviceIsMigDeviceHandle"))
        parent = binder.optional(.since(450, "nvmlDeviceGetDeviceHandleFromMigDeviceHandle"))
        gpuInstanceId = binder.optional(.since(450, "nvmlDeviceGetGpuInstanceId"))
        computeInstanceId = binder.optional(.since(450, "nvmlDeviceGetComputeInstanceId"))
        attributes = binder.optional(
            .since(450, "nvmlDeviceGetAttributes_v2"), .since(450, "nvmlDeviceGetAttributes"))
        gpuInstance = binder.optional(.since(450, "nvmlDeviceGetGpuInstanceById"))
        gpuInstanceInfo = binder.optional(.since(450, "nvmlGpuInstanceGetInfo"))
    }
}

/// What a MIG device consists of.
package struct NVMLMIGAttributes: Hashable, Sendable {
    package let multiprocessors: UInt32
    package let copyEngines: UInt32
    package let decoders: UInt32
    package let encoders: UInt32
    package let jpegEngines: UInt32
    package let opticalFlowEngines: UInt32
    package let gpuInstanceSlices: UInt32
    package let computeInstanceSlices: UInt32
    /// MiB.
    package let memoryMiB: UInt64
}

/// Where a GPU instance lies among the GPU's memory slices.
package struct NVMLGPUInstance: Hashable, Sendable {
    package let id: UInt32
    package let profileId: UInt32
    package let start: UInt32
    package let size: UInt32
}

extension NVMLDevice {
    /// Pending differs from current when a reset is outstanding.
    package func migMode() throws(NVMLError) -> (current: Bool, pending: Bool) {
        let (current, pending) = try pair(functions.pointee.mig.mode)
        return (current != 0, pending != 0)
    }

    /// The number of slots for MIG devices; 0 on GPUs without MIG.
    package func maximumMIGDeviceCount() throws(NVMLError) -> UInt32 {
        try uint32(functions.pointee.mig.maximumCount)
    }

    /// The MIG device in a slot; an empty one throws `notFound`.
    package func migDevice(at index: UInt32) throws(NVMLError) -> NVMLDevice {
        try device(functions.pointee.mig.byIndex) { $0(handle, index, $1) }
    }

    /// All MIG devices with their slots, and the error of each slot that would not tell. Empty slots are left out; they may
    /// lie between full ones.
    package func migDevices() throws(NVMLError) -> [(index: UInt32, device: Result<NVMLDevice, NVMLError>)] {
        var devices: [(index: UInt32, device: Result<NVMLDevice, NVMLError>)] = []
        for index in 0..<min(try maximumMIGDeviceCount(), 64) {
            do throws(NVMLError) {
                devices.append((index, .success(try migDevice(at: index))))
            } catch  where error.code != .notFound {
                devices.append((index, .failure(error)))
            } catch {
                continue
            }
        }
        return devices
    }

    /// Whether this is a MIG device rather than a whole GPU.
    package func isMIGDevice() throws(NVMLError) -> Bool { try flag(functions.pointee.mig.isMIG) }

    /// The GPU that a MIG device is part of.
    package func migParent() throws(NVMLError) -> NVMLDevice {
        try device(functions.pointee.mig.parent) { $0(handle, $1) }
    }

    /// The GPU instance that a MIG device lies in.
    package func gpuInstanceId() throws(NVMLError) -> UInt32 { try uint32(functions.pointee.mig.gpuInstanceId) }

    /// The compute instance, within its GPU instance, that a MIG device is.
    package func computeInstanceId() throws(NVMLError) -> UInt32 {
        try uint32(functions.pointee.mig.computeInstanceId)
    }

    /// What a MIG device consists of.
    package func migAttributes() throws(NVMLError) -> NVMLMIGAttributes {
        var attributes = nvmlDeviceAttributes_t()
        try call(functions.pointee.mig.attributes) { $0(handle, &attributes) }
        return NVMLMIGAttributes(
            multiprocessors: attributes.multiprocessorCount, copyEngines: attributes.sharedCopyEngineCount,
            decoders: attributes.sharedDecoderCount, encoders: attributes.sharedEncoderCount,
            jpegEngines: attributes.sharedJpegCount, opticalFlowEngines: attributes.sharedOfaCount,
            gpuInstanceSlices: attributes.gpuInstanceSliceCount,
            computeInstanceSlices: attributes.computeInstanceSliceCount, memoryMiB: attributes.memorySizeMB)
    }

    /// The placement of one of this GPU's instances.
    package func gpuInstance(_ id: UInt32) throws(NVMLError) -> NVMLGPUInstance {
        var instance: OpaquePointer?
        try call(functions.pointee.mig.gpuInstance) { $0(handle, id, &instance) }
        var info = nvmlGpuInstanceInfo_t()
        try call(functions.pointee.mig.gpuInstanceInfo) { $0(instance, &info) }
        return NVMLGPUInstance(
            id: info.id, profileId: info.profileId, start: info.placement.start, size: info.placement.size)
    }
}
