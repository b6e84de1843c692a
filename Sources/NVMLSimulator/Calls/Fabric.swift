public import CNVML
internal import Scenarios

@_cdecl("nvmlDeviceGetGpuFabricInfo")
public func nvmlDeviceGetGpuFabricInfo(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<nvmlGpuFabricInfo_t>?
) -> nvmlReturn_t {
    onDevice(.deviceGetGpuFabricInfo, device) { device in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        guard let fabric = device.gpu.fabric else { return NVML_ERROR_NOT_SUPPORTED }
        fill(&out.pointee.clusterUuid, fabric.clusterUUID)
        out.pointee.status = fabric.status.rawValue
        out.pointee.cliqueId = UInt32(truncatingIfNeeded: fabric.cliqueID)
        return put(fabric.state, &out.pointee.state)
    }
}

@_cdecl("nvmlDeviceGetGpuFabricInfoV")
public func nvmlDeviceGetGpuFabricInfoV(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<nvmlGpuFabricInfoV_t>?
) -> nvmlReturn_t {
    onDevice(.deviceGetGpuFabricInfo, device) { device in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        let version = out.pointee.version
        guard version == nvmlGpuFabricInfo_v2 || version == nvmlGpuFabricInfo_v3 else {
            return NVML_ERROR_ARGUMENT_VERSION_MISMATCH
        }
        guard let fabric = device.gpu.fabric else { return NVML_ERROR_NOT_SUPPORTED }
        fill(&out.pointee.clusterUuid, fabric.clusterUUID)
        out.pointee.status = fabric.status.rawValue
        out.pointee.cliqueId = UInt32(truncatingIfNeeded: fabric.cliqueID)
        out.pointee.healthMask = UInt32(truncatingIfNeeded: fabric.healthMask)
        if version == nvmlGpuFabricInfo_v3 {
            out.pointee.healthSummary = UInt8(truncatingIfNeeded: fabric.healthSummary.orZero)
        }
        return put(fabric.state, &out.pointee.state)
    }
}

@_cdecl("nvmlDeviceGetGpuFabricInfo_v4")
public func nvmlDeviceGetGpuFabricInfoV4(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<nvmlGpuFabricInfo_v4_t>?
) -> nvmlReturn_t {
    onDevice(.deviceGetGpuFabricInfo, device) { device in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        guard let fabric = device.gpu.fabric else { return NVML_ERROR_NOT_SUPPORTED }
        fill(&out.pointee.clusterUuid, fabric.clusterUUID)
        out.pointee.status = fabric.status.rawValue
        out.pointee.cliques.0.type = 0
        out.pointee.cliques.0.id = UInt32(truncatingIfNeeded: fabric.cliqueID)
        out.pointee.numCliques = 1
        out.pointee.healthMask = UInt32(truncatingIfNeeded: fabric.healthMask)
        out.pointee.healthSummary = UInt8(truncatingIfNeeded: fabric.healthSummary.orZero)
        return put(fabric.state, &out.pointee.state)
    }
}
