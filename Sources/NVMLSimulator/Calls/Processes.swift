public import CNVML
internal import Scenarios

/// The processes of one kind that a handle shows: all of a GPU, or those of one MIG device.
private func listProcesses<Entry>(
    _ call: NVMLCall, _ kind: UInt32, _ device: nvmlDevice_t?, _ count: UnsafeMutablePointer<UInt32>?,
    _ out: UnsafeMutablePointer<Entry>?, _ make: (GPUProcess) -> Entry
) -> nvmlReturn_t {
    onAnyDevice(call, device) { device, mig in
        put(device.processes(kind: kind, in: mig?.description).map(make), count, out)
    }
}

extension SimulatedDevice {
    func processes(kind: UInt32, in mig: MIGDevice?) -> [GPUProcess] {
        gpu.processes.filter { process in
            guard process.kind == kind else { return false }
            guard let mig else { return true }
            return process.gpuInstance == mig.gpuInstance && process.computeInstance == mig.computeInstance
        }
    }
}

extension GPUProcess {
    var memoryNow: UInt64 {
        usedMemory.value.map { UInt64(bitPattern: $0.now) } ?? UInt64(NVML_VALUE_NOT_AVAILABLE_ULL)
    }

    var oldEntry: nvmlProcessInfo_v1_t { nvmlProcessInfo_v1_t(pid: pid, usedGpuMemory: memoryNow) }

    var entry: nvmlProcessInfo_v2_t {
        nvmlProcessInfo_v2_t(
            pid: pid, usedGpuMemory: memoryNow, gpuInstanceId: instance(gpuInstance),
            computeInstanceId: instance(computeInstance))
    }

    var detail: nvmlProcessDetail_v1_t {
        nvmlProcessDetail_v1_t(
            pid: pid, usedGpuMemory: memoryNow, gpuInstanceId: instance(gpuInstance),
            computeInstanceId: instance(computeInstance),
            usedGpuCcProtectedMemory: UInt64(truncatingIfNeeded: protectedMemory.orZero))
    }

    private func instance(_ id: Int?) -> UInt32 {
        id.map { UInt32(truncatingIfNeeded: $0) } ?? NVML_INSTANCE_NOT_AVAILABLE
    }
}

@_cdecl("nvmlDeviceGetComputeRunningProcesses")
public func nvmlDeviceGetComputeRunningProcesses(
    _ device: nvmlDevice_t?, _ count: UnsafeMutablePointer<UInt32>?, _ out: UnsafeMutablePointer<nvmlProcessInfo_v1_t>?
) -> nvmlReturn_t {
    listProcesses(.deviceGetComputeRunningProcesses, NVML_PROCESS_MODE_COMPUTE, device, count, out) { $0.oldEntry }
}

@_cdecl("nvmlDeviceGetComputeRunningProcesses_v2")
public func nvmlDeviceGetComputeRunningProcessesV2(
    _ device: nvmlDevice_t?, _ count: UnsafeMutablePointer<UInt32>?, _ out: UnsafeMutablePointer<nvmlProcessInfo_v2_t>?
) -> nvmlReturn_t {
    listProcesses(.deviceGetComputeRunningProcesses, NVML_PROCESS_MODE_COMPUTE, device, count, out) { $0.entry }
}

@_cdecl("nvmlDeviceGetComputeRunningProcesses_v3")
public func nvmlDeviceGetComputeRunningProcessesV3(
    _ device: nvmlDevice_t?, _ count: UnsafeMutablePointer<UInt32>?, _ out: UnsafeMutablePointer<nvmlProcessInfo_v2_t>?
) -> nvmlReturn_t {
    listProcesses(.deviceGetComputeRunningProcesses, NVML_PROCESS_MODE_COMPUTE, device, count, out) { $0.entry }
}

@_cdecl("nvmlDeviceGetGraphicsRunningProcesses")
public func nvmlDeviceGetGraphicsRunningProcesses(
    _ device: nvmlDevice_t?, _ count: UnsafeMutablePointer<UInt32>?, _ out: UnsafeMutablePointer<nvmlProcessInfo_v1_t>?
) -> nvmlReturn_t {
    listProcesses(.deviceGetGraphicsRunningProcesses, NVML_PROCESS_MODE_GRAPHICS, device, count, out) { $0.oldEntry }
}

@_cdecl("nvmlDeviceGetGraphicsRunningProcesses_v2")
public func nvmlDeviceGetGraphicsRunningProcessesV2(
    _ device: nvmlDevice_t?, _ count: UnsafeMutablePointer<UInt32>?, _ out: UnsafeMutablePointer<nvmlProcessInfo_v2_t>?
) -> nvmlReturn_t {
    listProcesses(.deviceGetGraphicsRunningProcesses, NVML_PROCESS_MODE_GRAPHICS, device, count, out) { $0.entry }
}

@_cdecl("nvmlDeviceGetGraphicsRunningProcesses_v3")
public func nvmlDeviceGetGraphicsRunningProcessesV3(
    _ device: nvmlDevice_t?, _ count: UnsafeMutablePointer<UInt32>?, _ out: UnsafeMutablePointer<nvmlProcessInfo_v2_t>?
) -> nvmlReturn_t {
    listProcesses(.deviceGetGraphicsRunningProcesses, NVML_PROCESS_MODE_GRAPHICS, device, count, out) { $0.entry }
}

@_cdecl("nvmlDeviceGetMPSComputeRunningProcesses")
public func nvmlDeviceGetMPSComputeRunningProcesses(
    _ device: nvmlDevice_t?, _ count: UnsafeMutablePointer<UInt32>?, _ out: UnsafeMutablePointer<nvmlProcessInfo_v1_t>?
) -> nvmlReturn_t {
    listProcesses(.deviceGetMPSComputeRunningProcesses, NVML_PROCESS_MODE_MPS, device, count, out) { $0.oldEntry }
}

@_cdecl("nvmlDeviceGetMPSComputeRunningProcesses_v2")
public func nvmlDeviceGetMPSComputeRunningProcessesV2(
    _ device: nvmlDevice_t?, _ count: UnsafeMutablePointer<UInt32>?, _ out: UnsafeMutablePointer<nvmlProcessInfo_v2_t>?
) -> nvmlReturn_t {
    listProcesses(.deviceGetMPSComputeRunningProcesses, NVML_PROCESS_MODE_MPS, device, count, out) { $0.entry }
}

@_cdecl("nvmlDeviceGetMPSComputeRunningProcesses_v3")
public func nvmlDeviceGetMPSComputeRunningProcessesV3(
    _ device: nvmlDevice_t?, _ count: UnsafeMutablePointer<UInt32>?, _ out: UnsafeMutablePointer<nvmlProcessInfo_v2_t>?
) -> nvmlReturn_t {
    listProcesses(.deviceGetMPSComputeRunningProcesses, NVML_PROCESS_MODE_MPS, device, count, out) { $0.entry }
}

/// Only Hopper and newer have this list.
@_cdecl("nvmlDeviceGetRunningProcessDetailList")
public func nvmlDeviceGetRunningProcessDetailList(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<nvmlProcessDetailList_v1_t>?
) -> nvmlReturn_t {
    onAnyDevice(.deviceGetRunningProcessDetailList, device) { device, mig in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        guard out.pointee.version == nvmlProcessDetailList_v1 else { return NVML_ERROR_ARGUMENT_VERSION_MISMATCH }
        guard device.gpu.identity.architecture.orZero >= Int64(NVML_DEVICE_ARCH_HOPPER) else {
            return NVML_ERROR_NOT_SUPPORTED
        }
        guard out.pointee.mode <= NVML_PROCESS_MODE_MPS else { return NVML_ERROR_INVALID_ARGUMENT }
        let processes = device.processes(kind: out.pointee.mode, in: mig?.description)
        return put(processes.map(\.detail), &out.pointee.numProcArrayEntries, out.pointee.procArray)
    }
}
