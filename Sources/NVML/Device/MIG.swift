import CNVML

struct MIGFunctions {
    let mode: NVMLFunction<DeviceUInt32Pair>
    let maximumCount: NVMLFunction<DeviceUInt32>
    let byIndex: NVMLFunction<pfn_nvmlDeviceGetMigDeviceHandleByIndex>
    let gpuInstanceId: NVMLFunction<DeviceUInt32>
    let computeInstanceId: NVMLFunction<DeviceUInt32>
    let attributes: NVMLFunction<pfn_nvmlDeviceGetAttributes_v2>

    init(_ binder: inout SymbolBinder) {
        mode = binder.optional(.since(450, "nvmlDeviceGetMigMode"))
        maximumCount = binder.optional(.since(450, "nvmlDeviceGetMaxMigDeviceCount"))
        byIndex = binder.optional(.since(450, "nvmlDeviceGetMigDeviceHandleByIndex"))
        gpuInstanceId = binder.optional(.since(450, "nvmlDeviceGetGpuInstanceId"))
        computeInstanceId = binder.optional(.since(450, "nvmlDeviceGetComputeInstanceId"))
        attributes = binder.optional(
            .since(450, "nvmlDeviceGetAttributes_v2"), .since(450, "nvmlDeviceGetAttributes"))
    }
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

    /// The GPU instance that a MIG device lies in.
    package func gpuInstanceId() throws(NVMLError) -> UInt32 { try uint32(functions.pointee.mig.gpuInstanceId) }

    /// The compute instance, within its GPU instance, that a MIG device is.
    package func computeInstanceId() throws(NVMLError) -> UInt32 {
        try uint32(functions.pointee.mig.computeInstanceId)
    }

    /// The multiprocessors of a MIG device.
    package func migMultiprocessorCount() throws(NVMLError) -> UInt32 {
        var attributes = nvmlDeviceAttributes_t()
        try call(functions.pointee.mig.attributes) { $0(handle, &attributes) }
        return attributes.multiprocessorCount
    }
}
