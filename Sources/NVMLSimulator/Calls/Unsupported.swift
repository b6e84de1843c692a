public import CNVML
internal import Scenarios

// Questions that every driver answers and that no server GPU of the simulated kinds has an answer to. Their further
// arguments are the caller's business: both calling conventions that NVML exists for let a function ignore them.

/// A GPU that is lost says so here too.
private func refuse(_ device: nvmlDevice_t?) -> nvmlReturn_t {
    onDevice(.deviceGetUnsupported, device) { _ in NVML_ERROR_NOT_SUPPORTED }
}

@_cdecl("nvmlDeviceGetGpuOperationMode")
public func nvmlDeviceGetGpuOperationMode(_ device: nvmlDevice_t?) -> nvmlReturn_t { refuse(device) }

@_cdecl("nvmlDeviceGetDriverModel")
public func nvmlDeviceGetDriverModel(_ device: nvmlDevice_t?) -> nvmlReturn_t { refuse(device) }

@_cdecl("nvmlDeviceGetDriverModel_v2")
public func nvmlDeviceGetDriverModelV2(_ device: nvmlDevice_t?) -> nvmlReturn_t { refuse(device) }

@_cdecl("nvmlDeviceGetAutoBoostedClocksEnabled")
public func nvmlDeviceGetAutoBoostedClocksEnabled(_ device: nvmlDevice_t?) -> nvmlReturn_t { refuse(device) }

@_cdecl("nvmlDeviceGetBridgeChipInfo")
public func nvmlDeviceGetBridgeChipInfo(_ device: nvmlDevice_t?) -> nvmlReturn_t { refuse(device) }

@_cdecl("nvmlDeviceGetEncoderCapacity")
public func nvmlDeviceGetEncoderCapacity(_ device: nvmlDevice_t?) -> nvmlReturn_t { refuse(device) }

@_cdecl("nvmlDeviceGetEncoderSessions")
public func nvmlDeviceGetEncoderSessions(_ device: nvmlDevice_t?) -> nvmlReturn_t { refuse(device) }

@_cdecl("nvmlDeviceGetFBCStats")
public func nvmlDeviceGetFBCStats(_ device: nvmlDevice_t?) -> nvmlReturn_t { refuse(device) }

@_cdecl("nvmlDeviceGetFBCSessions")
public func nvmlDeviceGetFBCSessions(_ device: nvmlDevice_t?) -> nvmlReturn_t { refuse(device) }

@_cdecl("nvmlDeviceGetAPIRestriction")
public func nvmlDeviceGetAPIRestriction(_ device: nvmlDevice_t?) -> nvmlReturn_t { refuse(device) }

@_cdecl("nvmlDeviceGetSamples")
public func nvmlDeviceGetSamples(_ device: nvmlDevice_t?) -> nvmlReturn_t { refuse(device) }

@_cdecl("nvmlDeviceGetNvLinkUtilizationControl")
public func nvmlDeviceGetNvLinkUtilizationControl(_ device: nvmlDevice_t?) -> nvmlReturn_t { refuse(device) }

@_cdecl("nvmlDeviceGetNvLinkUtilizationCounter")
public func nvmlDeviceGetNvLinkUtilizationCounter(_ device: nvmlDevice_t?) -> nvmlReturn_t { refuse(device) }

@_cdecl("nvmlDeviceGetAdaptiveClockInfoStatus")
public func nvmlDeviceGetAdaptiveClockInfoStatus(_ device: nvmlDevice_t?) -> nvmlReturn_t { refuse(device) }

@_cdecl("nvmlDeviceGetDynamicPstatesInfo")
public func nvmlDeviceGetDynamicPstatesInfo(_ device: nvmlDevice_t?) -> nvmlReturn_t { refuse(device) }

@_cdecl("nvmlDeviceGetMinMaxClockOfPState")
public func nvmlDeviceGetMinMaxClockOfPState(_ device: nvmlDevice_t?) -> nvmlReturn_t { refuse(device) }

@_cdecl("nvmlDeviceGetSupportedPerformanceStates")
public func nvmlDeviceGetSupportedPerformanceStates(_ device: nvmlDevice_t?) -> nvmlReturn_t { refuse(device) }

@_cdecl("nvmlDeviceGetGpuInstanceProfileInfo")
public func nvmlDeviceGetGpuInstanceProfileInfo(_ device: nvmlDevice_t?) -> nvmlReturn_t { refuse(device) }

@_cdecl("nvmlDeviceGetGpuInstanceProfileInfoV")
public func nvmlDeviceGetGpuInstanceProfileInfoV(_ device: nvmlDevice_t?) -> nvmlReturn_t { refuse(device) }

@_cdecl("nvmlDeviceGetDramEncryptionMode")
public func nvmlDeviceGetDramEncryptionMode(_ device: nvmlDevice_t?) -> nvmlReturn_t { refuse(device) }
