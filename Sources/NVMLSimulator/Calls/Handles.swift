public import CNVML
internal import Scenarios

@_cdecl("nvmlDeviceGetCount_v2")
public func nvmlDeviceGetCountV2(_ out: UnsafeMutablePointer<UInt32>?) -> nvmlReturn_t { countDevices(out) }

@_cdecl("nvmlDeviceGetCount")
public func nvmlDeviceGetCount(_ out: UnsafeMutablePointer<UInt32>?) -> nvmlReturn_t { countDevices(out) }

private func countDevices(_ out: UnsafeMutablePointer<UInt32>?) -> nvmlReturn_t {
    onNode(.deviceGetCount) { node in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        out.pointee = UInt32(node.devices.count)
        return NVML_SUCCESS
    }
}

@_cdecl("nvmlDeviceGetHandleByIndex_v2")
public func nvmlDeviceGetHandleByIndexV2(
    _ index: UInt32, _ out: UnsafeMutablePointer<nvmlDevice_t?>?
) -> nvmlReturn_t { findByIndex(index, out) }

@_cdecl("nvmlDeviceGetHandleByIndex")
public func nvmlDeviceGetHandleByIndex(
    _ index: UInt32, _ out: UnsafeMutablePointer<nvmlDevice_t?>?
) -> nvmlReturn_t { findByIndex(index, out) }

private func findByIndex(_ index: UInt32, _ out: UnsafeMutablePointer<nvmlDevice_t?>?) -> nvmlReturn_t {
    onNode(.deviceGetHandleByIndex) { node in
        guard let out, Int(index) < node.devices.count else { return NVML_ERROR_INVALID_ARGUMENT }
        return attach(node.devices[Int(index)], .deviceGetHandleByIndex, out)
    }
}

@_cdecl("nvmlDeviceGetHandleByPciBusId_v2")
public func nvmlDeviceGetHandleByPciBusIdV2(
    _ busID: UnsafePointer<CChar>?, _ out: UnsafeMutablePointer<nvmlDevice_t?>?
) -> nvmlReturn_t { findByBusID(busID, out) }

@_cdecl("nvmlDeviceGetHandleByPciBusId")
public func nvmlDeviceGetHandleByPciBusId(
    _ busID: UnsafePointer<CChar>?, _ out: UnsafeMutablePointer<nvmlDevice_t?>?
) -> nvmlReturn_t { findByBusID(busID, out) }

private func findByBusID(
    _ busID: UnsafePointer<CChar>?, _ out: UnsafeMutablePointer<nvmlDevice_t?>?
) -> nvmlReturn_t {
    onNode(.deviceGetHandleByPciBusId) { node in
        guard let busID, let out, let address = PCIAddress(String(cString: busID)) else {
            return NVML_ERROR_INVALID_ARGUMENT
        }
        guard let device = node.devices.first(where: { $0.pciInfo.address == address }) else {
            return NVML_ERROR_NOT_FOUND
        }
        return attach(device, .deviceGetHandleByPciBusId, out)
    }
}

@_cdecl("nvmlDeviceGetHandleByUUID")
public func nvmlDeviceGetHandleByUUID(
    _ uuid: UnsafePointer<CChar>?, _ out: UnsafeMutablePointer<nvmlDevice_t?>?
) -> nvmlReturn_t {
    onNode(.deviceGetHandleByUUID) { node in
        guard let uuid, let out else { return NVML_ERROR_INVALID_ARGUMENT }
        return find(String(cString: uuid), in: node, out)
    }
}

/// nvmlUUID_v1_t: version, type (1 text, 2 bytes), then 41 bytes.
@_cdecl("nvmlDeviceGetHandleByUUIDV")
public func nvmlDeviceGetHandleByUUIDV(
    _ uuid: UnsafeRawPointer?, _ out: UnsafeMutablePointer<nvmlDevice_t?>?
) -> nvmlReturn_t {
    onNode(.deviceGetHandleByUUID) { node in
        guard let uuid, let out else { return NVML_ERROR_INVALID_ARGUMENT }
        guard uuid.load(as: UInt32.self) == 0x0100_0034 else { return NVML_ERROR_ARGUMENT_VERSION_MISMATCH }
        guard uuid.load(fromByteOffset: 4, as: UInt32.self) == 1 else { return NVML_ERROR_NOT_SUPPORTED }
        let bytes = UnsafeRawBufferPointer(start: uuid + 8, count: Int(NVML_DEVICE_UUID_ASCII_LEN))
        return find(String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self), in: node, out)
    }
}

private func find(
    _ text: String, in node: SimulatedNode, _ out: UnsafeMutablePointer<nvmlDevice_t?>
) -> nvmlReturn_t {
    for device in node.devices {
        if device.gpu.identity.uuid.value?.string == text { return attach(device, .deviceGetHandleByUUID, out) }
        if let place = device.migDevices.firstIndex(where: { $0.description.uuid?.string == text }) {
            out.pointee = Handle(.migDevice, SimulatedNode.number(device.index, place)).pointer
            return device.faults.pass(.deviceGetHandleByUUID) ?? NVML_SUCCESS
        }
    }
    return NVML_ERROR_NOT_FOUND
}

@_cdecl("nvmlDeviceGetHandleBySerial")
public func nvmlDeviceGetHandleBySerial(
    _ serial: UnsafePointer<CChar>?, _ out: UnsafeMutablePointer<nvmlDevice_t?>?
) -> nvmlReturn_t {
    onNode(.deviceGetHandleBySerial) { node in
        guard let serial, let out else { return NVML_ERROR_INVALID_ARGUMENT }
        let text = String(cString: serial)
        guard let device = node.devices.first(where: { $0.gpu.identity.serial.value?.string == text }) else {
            return NVML_ERROR_NOT_FOUND
        }
        return attach(device, .deviceGetHandleBySerial, out)
    }
}

/// Asking for a handle attaches the GPU: it is the first to say that a GPU is lost.
private func attach(
    _ device: SimulatedDevice, _ call: NVMLCall, _ out: UnsafeMutablePointer<nvmlDevice_t?>
) -> nvmlReturn_t {
    if let code = device.faults.pass(call) { return code }
    out.pointee = device.handle
    return NVML_SUCCESS
}
