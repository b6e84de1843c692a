package import Snapshots

extension NodeSnapshot {
    /// A GPU's generation (`nvmlDeviceArchitecture_t`: 6 Turing, 7 Ampere, 9 Hopper), also of one for which the driver
    /// no longer answers: boards with the same PCI device id, or of the same model, are of one generation.
    package func architecture(of target: ResetTarget) -> Reading<UInt32> {
        let own = gpus.first { $0.index == target.index && target.index != nil }?.inventory?.architecture
        if let architecture = own?.value { return .value(architecture) }
        let device = pciGPU(at: target.busID)
        let equals = gpus.filter { gpu in
            guard let busID = gpu.busID.value, busID.slot != target.busID.slot else { return false }
            if let device, let other = pciGPU(at: busID) { return device.deviceID == other.deviceID }
            return target.name != nil && gpu.name.value == target.name
        }
        // Boards that should be of one generation and are not tell nothing.
        let known = Set(equals.compactMap { $0.inventory?.architecture.value })
        if let architecture = known.first, known.count == 1 { return .value(architecture) }
        if known.isEmpty, device?.isHopper == true { return .value(Self.hopper) }
        return own ?? .unavailable(.notRead)
    }

    private static let hopper: UInt32 = 9

    private func pciGPU(at busID: BusID) -> HostPCIDevice? {
        devices?.pci.value?.first { $0.kind == .gpu && $0.busID.slot == busID.slot }
    }
}
