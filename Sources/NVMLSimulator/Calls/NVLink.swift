public import CNVML
internal import Scenarios

/// A call about one NVLink. A GPU without links says NOT_SUPPORTED, a link beyond the last one INVALID_ARGUMENT.
private func onLink(
    _ call: NVMLCall, _ device: nvmlDevice_t?, _ link: UInt32, _ body: (SimulatedDevice, NVLinkReadings) -> nvmlReturn_t
) -> nvmlReturn_t {
    onDevice(call, device) { device in
        let links = device.gpu.nvlink.links
        guard !links.isEmpty else { return NVML_ERROR_NOT_SUPPORTED }
        guard Int(link) < links.count else { return NVML_ERROR_INVALID_ARGUMENT }
        return body(device, links[Int(link)])
    }
}

private func readLink<Number: FixedWidthInteger>(
    _ call: NVMLCall, _ device: nvmlDevice_t?, _ link: UInt32, _ out: UnsafeMutablePointer<Number>?,
    _ pick: (NVLinkReadings) -> NumericReading
) -> nvmlReturn_t {
    onLink(call, device, link) { _, readings in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        return put(pick(readings), out)
    }
}

@_cdecl("nvmlDeviceGetNvLinkState")
public func nvmlDeviceGetNvLinkState(
    _ device: nvmlDevice_t?, _ link: UInt32, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    readLink(.deviceGetNvLinkState, device, link, out) { $0.active }
}

@_cdecl("nvmlDeviceGetNvLinkVersion")
public func nvmlDeviceGetNvLinkVersion(
    _ device: nvmlDevice_t?, _ link: UInt32, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    readLink(.deviceGetNvLinkVersion, device, link, out) { $0.version }
}

@_cdecl("nvmlDeviceGetNvLinkRemoteDeviceType")
public func nvmlDeviceGetNvLinkRemoteDeviceType(
    _ device: nvmlDevice_t?, _ link: UInt32, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    readLink(.deviceGetNvLinkRemoteDeviceType, device, link, out) { $0.remoteType }
}

@_cdecl("nvmlDeviceGetNvLinkCapability")
public func nvmlDeviceGetNvLinkCapability(
    _ device: nvmlDevice_t?, _ link: UInt32, _ capability: UInt32, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    guard capability <= NVML_NVLINK_CAP_VALID else { return NVML_ERROR_INVALID_ARGUMENT }
    return readLink(.deviceGetNvLinkCapability, device, link, out) { readings in
        readings.capabilities.value.map { .value(Signal($0.start >> Int64(capability) & 1)) } ?? readings.capabilities
    }
}

@_cdecl("nvmlDeviceGetNvLinkErrorCounter")
public func nvmlDeviceGetNvLinkErrorCounter(
    _ device: nvmlDevice_t?, _ link: UInt32, _ counter: UInt32, _ out: UnsafeMutablePointer<UInt64>?
) -> nvmlReturn_t {
    readLink(.deviceGetNvLinkErrorCounter, device, link, out) { readings in
        switch counter {
        case NVML_NVLINK_ERROR_DL_REPLAY: readings.replay
        case NVML_NVLINK_ERROR_DL_RECOVERY: readings.recovery
        case NVML_NVLINK_ERROR_DL_CRC_FLIT: readings.crcFlit
        case NVML_NVLINK_ERROR_DL_CRC_DATA: readings.crcData
        case NVML_NVLINK_ERROR_DL_ECC_DATA: readings.eccData
        default: .failed(.invalidArgument)
        }
    }
}

@_cdecl("nvmlDeviceGetNvLinkRemotePciInfo")
public func nvmlDeviceGetNvLinkRemotePciInfo(
    _ device: nvmlDevice_t?, _ link: UInt32, _ out: UnsafeMutablePointer<nvmlPciInfo_t>?
) -> nvmlReturn_t {
    writeRemote(device, link, out, long: false)
}

@_cdecl("nvmlDeviceGetNvLinkRemotePciInfo_v2")
public func nvmlDeviceGetNvLinkRemotePciInfoV2(
    _ device: nvmlDevice_t?, _ link: UInt32, _ out: UnsafeMutablePointer<nvmlPciInfo_t>?
) -> nvmlReturn_t {
    writeRemote(device, link, out, long: true)
}

private func writeRemote(
    _ device: nvmlDevice_t?, _ link: UInt32, _ out: UnsafeMutablePointer<nvmlPciInfo_t>?, long: Bool
) -> nvmlReturn_t {
    onLink(.deviceGetNvLinkRemotePciInfo, device, link) { device, _ in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        guard let remote = device.remotes[Int(link)] else { return NVML_ERROR_NOT_SUPPORTED }
        remote.write(out, long: long)
        return NVML_SUCCESS
    }
}

@_cdecl("nvmlDeviceGetNvLinkInfo")
public func nvmlDeviceGetNvLinkInfo(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<nvmlNvLinkInfo_v2_t>?
) -> nvmlReturn_t {
    onDevice(.deviceGetNvLinkInfo, device) { device in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        guard [nvmlNvLinkInfo_v1, nvmlNvLinkInfo_v2].contains(out.pointee.version) else {
            return NVML_ERROR_ARGUMENT_VERSION_MISMATCH
        }
        // Only version 2 has room for the firmware's versions; none are listed.
        if out.pointee.version == nvmlNvLinkInfo_v2 { out.pointee.firmwareInfo.numValidEntries = 0 }
        return put(device.gpu.nvlink.encryption, &out.pointee.isNvleEnabled)
    }
}
