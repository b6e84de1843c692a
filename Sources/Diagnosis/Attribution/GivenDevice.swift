package import Snapshots

/// One device that a container was given, and which GPU of this node it is.
package struct GivenDevice: Sendable, Hashable {
    package var id: HostDeviceID
    /// NVML's index of the GPU; nil when NVML lists no such GPU.
    package var gpuIndex: UInt32?
    /// The MIG device that it is; nil for a whole GPU and where NVML lists no such MIG device.
    package var migUUID: String?
    package var gpuInstanceID: UInt32?
    package var computeInstanceID: UInt32?
    /// True for a part of a GPU cut by MIG.
    package var isMIG = false

    /// True where its id has the number of a device node.
    var isOfMinor: Bool { if case .minor = id.target { true } else { false } }
}

/// Finds the GPUs behind device ids.
struct DeviceLookup {
    private let uses: [GPUUse]

    init(_ uses: [GPUUse]) { self.uses = uses }

    func device(_ text: String, isDynamic: Bool) -> GivenDevice {
        let id = HostDeviceID(text)
        var device = GivenDevice(id: id)
        if isDynamic { return dynamic(device) }
        switch id.target {
        case .gpu(let uuid): device.gpuIndex = gpu(uuid)?.index
        case .mig(let uuid): fill(&device, migName: uuid)
        case .minor(let minor, gpuInstance: nil): device.gpuIndex = gpu(minor: minor)?.index
        case .minor(let minor, gpuInstance: let instance?): fill(&device, gpu(minor: minor), instance, nil)
        case .pci(let busID): device.gpuIndex = gpus.first { $0.busID.value?.slot == busID.slot }?.index
        case .other: break
        }
        return device
    }

    private var gpus: [GPUSnapshot] { uses.map(\.gpu) }

    private func gpu(_ uuid: String) -> GPUSnapshot? {
        gpus.first { $0.uuid.value?.lowercased() == uuid.lowercased() }
    }

    private func gpu(minor: UInt32) -> GPUSnapshot? { uses.first { $0.minorNumber == minor }?.gpu }

    /// `MIG-<uuid>`, and as drivers before R470 have it `MIG-GPU-<uuid>/<GPU instance>/<compute instance>`.
    private func fill(_ device: inout GivenDevice, migName uuid: String) {
        device.isMIG = true
        let parts = uuid.dropFirst(4).split(separator: "/")
        if parts.count == 3, parts[0].hasPrefix("GPU-"), let instance = UInt32(parts[1]) {
            return fill(&device, gpu(String(parts[0])), instance, UInt32(parts[2]))
        }
        for gpu in gpus {
            for mig in gpu.inventory?.migDevices.value ?? [] where mig.uuid.value?.lowercased() == uuid.lowercased() {
                device.gpuIndex = gpu.index
                device.migUUID = mig.uuid.value
                device.gpuInstanceID = mig.gpuInstanceID.value
                device.computeInstanceID = mig.computeInstanceID.value
            }
        }
    }

    private func fill(_ device: inout GivenDevice, _ gpu: GPUSnapshot?, _ instance: UInt32, _ compute: UInt32?) {
        device.isMIG = true
        device.gpuIndex = gpu?.index
        device.gpuInstanceID = instance
        device.computeInstanceID = compute
        let mig = (gpu?.inventory?.migDevices.value ?? []).first {
            $0.gpuInstanceID.value == instance && (compute == nil || $0.computeInstanceID.value == compute)
        }
        device.migUUID = mig?.uuid.value
    }

    /// NVIDIA's driver for dynamic allocation calls a GPU `gpu-<index>` (its minor number) and a MIG device
    /// `gpu-<index>-mig-...`.
    private func dynamic(_ device: GivenDevice) -> GivenDevice {
        var device = device
        let parts = device.id.text.split(separator: "-", maxSplits: 2)
        guard parts.count >= 2, parts[0] == "gpu", let minor = UInt32(parts[1]) else { return device }
        device.gpuIndex = gpu(minor: minor)?.index
        device.isMIG = parts.count == 3 && parts[2].hasPrefix("mig")
        return device
    }
}
