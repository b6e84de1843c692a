public import CNVML
internal import Scenarios

@_cdecl("nvmlSystemGetDriverVersion")
public func nvmlSystemGetDriverVersion(_ out: UnsafeMutablePointer<CChar>?, _ length: UInt32) -> nvmlReturn_t {
    onNode(.systemGetDriverVersion) { put($0.scenario.system.driverVersion, out, length) }
}

/// The one question that needs no initialisation.
@_cdecl("nvmlSystemGetNVMLVersion")
public func nvmlSystemGetNVMLVersion(_ out: UnsafeMutablePointer<CChar>?, _ length: UInt32) -> nvmlReturn_t {
    guard let node = simulator.uninitialisedNode else { return NVML_ERROR_DRIVER_NOT_LOADED }
    if let code = node.faults.pass(.systemGetNVMLVersion) { return code }
    return put(node.scenario.system.nvmlVersion, out, length)
}

@_cdecl("nvmlSystemGetCudaDriverVersion")
public func nvmlSystemGetCudaDriverVersion(_ out: UnsafeMutablePointer<Int32>?) -> nvmlReturn_t {
    readCUDAVersion(out)
}

@_cdecl("nvmlSystemGetCudaDriverVersion_v2")
public func nvmlSystemGetCudaDriverVersionV2(_ out: UnsafeMutablePointer<Int32>?) -> nvmlReturn_t {
    readCUDAVersion(out)
}

private func readCUDAVersion(_ out: UnsafeMutablePointer<Int32>?) -> nvmlReturn_t {
    onNode(.systemGetCudaDriverVersion) { node in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        return put(node.scenario.system.cudaVersion, out)
    }
}

@_cdecl("nvmlSystemGetDriverBranch")
public func nvmlSystemGetDriverBranch(
    _ out: UnsafeMutablePointer<nvmlSystemDriverBranchInfo_v1_t>?, _ length: UInt32
) -> nvmlReturn_t {
    onNode(.systemGetDriverBranch) { node in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        guard out.pointee.version == nvmlSystemDriverBranchInfo_v1 else { return NVML_ERROR_ARGUMENT_VERSION_MISMATCH }
        guard let branch = node.scenario.system.driverBranch.value else { return NVML_ERROR_NOT_SUPPORTED }
        guard branch.bytes.count <= length else { return NVML_ERROR_INSUFFICIENT_SIZE }
        fill(&out.pointee.branch, branch.bytes)
        return NVML_SUCCESS
    }
}

@_cdecl("nvmlSystemGetProcessName")
public func nvmlSystemGetProcessName(
    _ pid: UInt32, _ out: UnsafeMutablePointer<CChar>?, _ length: UInt32
) -> nvmlReturn_t {
    onNode(.systemGetProcessName) { node in
        guard let out, length > 0 else { return NVML_ERROR_INVALID_ARGUMENT }
        guard let process = node.scenario.processes.first(where: { $0.pid == pid }) else { return NVML_ERROR_NOT_FOUND }
        let name = process.command.isEmpty ? process.name : process.command.joined(separator: " ")
        // A longer command line is cut, as the driver does it.
        return put(.value(Text(String(decoding: name.utf8.prefix(Int(length) - 1), as: UTF8.self))), out, length)
    }
}

@_cdecl("nvmlSystemGetHicVersion")
public func nvmlSystemGetHicVersion(
    _ count: UnsafeMutablePointer<UInt32>?, _ entries: UnsafeMutableRawPointer?
) -> nvmlReturn_t {
    onNode(.systemGetHicVersion) { _ in
        guard let count else { return NVML_ERROR_INVALID_ARGUMENT }
        count.pointee = 0
        return NVML_SUCCESS
    }
}

@_cdecl("nvmlSystemGetConfComputeState")
public func nvmlSystemGetConfComputeState(
    _ out: UnsafeMutablePointer<nvmlConfComputeSystemState_t>?
) -> nvmlReturn_t {
    onConfidentialCompute(.systemGetConfComputeState) { state in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        out.pointee.environment = UInt32(truncatingIfNeeded: state.environment)
        out.pointee.ccFeature = state.enabled ? 1 : 0
        out.pointee.devToolsMode = state.devTools ? 1 : 0
        return NVML_SUCCESS
    }
}

@_cdecl("nvmlSystemGetConfComputeSettings")
public func nvmlSystemGetConfComputeSettings(
    _ out: UnsafeMutablePointer<nvmlSystemConfComputeSettings_v1_t>?
) -> nvmlReturn_t {
    onConfidentialCompute(.systemGetConfComputeSettings) { state in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        guard out.pointee.version == nvmlSystemConfComputeSettings_v1 else {
            return NVML_ERROR_ARGUMENT_VERSION_MISMATCH
        }
        out.pointee.environment = UInt32(truncatingIfNeeded: state.environment)
        out.pointee.ccFeature = state.enabled ? 1 : 0
        out.pointee.devToolsMode = state.devTools ? 1 : 0
        out.pointee.multiGpuMode = UInt32(truncatingIfNeeded: state.multiGPUMode)
        return NVML_SUCCESS
    }
}

@_cdecl("nvmlSystemGetConfComputeGpusReadyState")
public func nvmlSystemGetConfComputeGpusReadyState(_ out: UnsafeMutablePointer<UInt32>?) -> nvmlReturn_t {
    onConfidentialCompute(.systemGetConfComputeGpusReadyState) { state in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        out.pointee = state.gpusReady ? 1 : 0
        return NVML_SUCCESS
    }
}

private func onConfidentialCompute(
    _ call: NVMLCall, _ body: (ConfidentialCompute) -> nvmlReturn_t
) -> nvmlReturn_t {
    onNode(call) { node in
        guard let state = node.scenario.system.confidentialCompute else { return NVML_ERROR_NOT_SUPPORTED }
        return body(state)
    }
}

@_cdecl("nvmlGetExcludedDeviceCount")
public func nvmlGetExcludedDeviceCount(_ out: UnsafeMutablePointer<UInt32>?) -> nvmlReturn_t {
    onNode(.getExcludedDeviceCount) { node in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        out.pointee = UInt32(node.scenario.system.excludedGPUs.count)
        return NVML_SUCCESS
    }
}

@_cdecl("nvmlGetExcludedDeviceInfoByIndex")
public func nvmlGetExcludedDeviceInfoByIndex(
    _ index: UInt32, _ out: UnsafeMutablePointer<nvmlExcludedDeviceInfo_t>?
) -> nvmlReturn_t {
    onNode(.getExcludedDeviceInfoByIndex) { node in
        let excluded = node.scenario.system.excludedGPUs
        guard let out, Int(index) < excluded.count else { return NVML_ERROR_INVALID_ARGUMENT }
        withUnsafeMutablePointer(to: &out.pointee.pciInfo) {
            PCIIdentity(excluded[Int(index)].pci).write($0, long: true)
        }
        fill(&out.pointee.uuid, Array(excluded[Int(index)].uuid.utf8))
        return NVML_SUCCESS
    }
}
