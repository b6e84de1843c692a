public import CNVML
internal import Scenarios

@_cdecl("nvmlDeviceQueryDrainState")
public func nvmlDeviceQueryDrainState(
    _ pci: UnsafeMutablePointer<nvmlPciInfo_t>?, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    onPCIDevice(.deviceQueryDrainState, pci) { device in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        out.pointee = simulator.drained.contains(device.index) ? 1 : 0
        return NVML_SUCCESS
    }
}

@_cdecl("nvmlDeviceModifyDrainState")
public func nvmlDeviceModifyDrainState(_ pci: UnsafeMutablePointer<nvmlPciInfo_t>?, _ state: UInt32) -> nvmlReturn_t {
    onPCIDevice(.deviceModifyDrainState, pci) { device in
        guard state <= 1 else { return NVML_ERROR_INVALID_ARGUMENT }
        guard state == 0 || device.gpu.processes.isEmpty else { return NVML_ERROR_IN_USE }
        simulator.drained.set(device.index, state == 1)
        return NVML_SUCCESS
    }
}

/// A simulated GPU stays where it is: only the refusal of one that is in use is played.
@_cdecl("nvmlDeviceRemoveGpu_v2")
public func nvmlDeviceRemoveGpuV2(
    _ pci: UnsafeMutablePointer<nvmlPciInfo_t>?, _ gpuState: UInt32, _ linkState: UInt32
) -> nvmlReturn_t {
    onPCIDevice(.deviceRemoveGpu, pci) { device in
        device.gpu.processes.isEmpty ? NVML_ERROR_NO_PERMISSION : NVML_ERROR_IN_USE
    }
}

@_cdecl("nvmlDeviceDiscoverGpus")
public func nvmlDeviceDiscoverGpus(_ pci: UnsafeMutablePointer<nvmlPciInfo_t>?) -> nvmlReturn_t {
    onNode(.deviceDiscoverGpus) { _ in pci == nil ? NVML_ERROR_INVALID_ARGUMENT : NVML_SUCCESS }
}

private func onPCIDevice(
    _ call: NVMLCall, _ pci: UnsafeMutablePointer<nvmlPciInfo_t>?, _ body: (SimulatedDevice) -> nvmlReturn_t
) -> nvmlReturn_t {
    onNode(call) { node in
        guard let pci else { return NVML_ERROR_INVALID_ARGUMENT }
        let address = PCIAddress(domain: pci.pointee.domain, bus: pci.pointee.bus, device: pci.pointee.device)
        guard let device = node.devices.first(where: { $0.pciInfo.address == address }) else {
            return NVML_ERROR_NOT_FOUND
        }
        return device.faults.pass(call) ?? body(device)
    }
}
