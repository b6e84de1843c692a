internal import Snapshots

/// The GPU's place on the PCI bus: whether it answers there, and its link.
let pcieRules: [HealthRule] = [
    HealthRule("pci_presence", worksWithoutHandle: true) { gpu, result in
        guard let busID = gpu.gpu.busID.value,
            let onBus = result.value("pci_devices", gpu.node.snapshot.host?.pciGPUs ?? .unavailable(.notRead)),
            !onBus.contains(where: { $0.slot == busID.slot }), !gpu.node.hasGPUsOffTheBus
        else { return }
        result.find(
            .critical, "NVML lists the GPU, but it is gone from the PCI bus.",
            HealthEvidence("pci_device", "missing", threshold: "present", .pci), action: .rebootNode,
            authority: .flag, confirm: "lspci; Xid 79 or pciehp lines in the kernel log.")
    },
    HealthRule("pci_configuration", worksWithoutHandle: true) { gpu, result in
        // One that sleeps is not woken up to be asked; NVML has told whether it answers.
        guard let device = result.value("pci_device", gpu.pci),
            device.powerState.value != "D3cold" || device.isConfigurationAllOnes.value != nil,
            result.value("pci_configuration", device.isConfigurationAllOnes) == true
        else { return }
        result.find(
            .critical, "The GPU does not answer on the PCI bus: its configuration reads as all ones.",
            HealthEvidence("pci_configuration", "all ones", .pci), action: .rebootNode, authority: .flag,
            confirm: "Xid 79 in the kernel log; after a reboot the same again: reseat or replace it.")
    },
    HealthRule("pcie_width") { gpu, result in
        let now = result.value("pcie_width", gpu.telemetry.pcieWidth).flatMap { $0 > 0 ? $0 : nil }
        let most = result.value("pcie_max_width", gpu.inventory.pcieMaxWidth)
        // Where NVML does not tell, or tells more lanes than the bus itself, the bus is believed.
        let onBus = gpu.pci.value?.link
        let widths = [now, onBus?.currentWidth.value.map(UInt32.init(clamping:))].compactMap { $0 }
        guard let width = widths.min(), let most = most ?? onBus?.maximumWidth.value.map(UInt32.init(clamping:)),
            width < gpu.lanes(upTo: most, beside: width)
        else { return }
        result.find(
            .warning, "The PCIe link runs on \(width) of \(most) lanes; width does not drop when idle.",
            HealthEvidence("pcie_width", now.map(String.init) ?? "unknown", threshold: "\(most)"), gpu.busWidth,
            gpu.upstreamWidth,
            HealthEvidence("pcie_replay_count", gpu.telemetry.pcieReplayCount.value.map(String.init) ?? "unknown"),
            action: .checkPCIe,
            confirm: "Reseat the GPU; compare bandwidth with a neighbour; AER lines in the kernel log.")
    },
    HealthRule("pcie_generation") { gpu, result in
        guard let now = result.value("pcie_generation", gpu.telemetry.pcieGeneration),
            let most = result.value("pcie_max_generation", gpu.inventory.pcieMaxGeneration), now < most,
            gpu.isUnderLoad, result.value("performance_state", gpu.telemetry.performanceState) == 0
        else { return }
        result.find(
            .warning, "Under load the PCIe link runs at generation \(now) of \(most).",
            HealthEvidence("pcie_generation", "\(now)", threshold: "\(most) under load"), action: .checkPCIe,
            confirm: "An idle GPU lowers it, and that is no fault: read it again under load.")
    },
]

extension NodeCase {
    /// True where NVML works without NVIDIA's kernel module and no GPU is on the PCI bus: the drivers of WSL (/dev/dxg) and
    /// Tegra (/dev/nvmap) have them elsewhere, and their addresses are made up.
    var hasGPUsOffTheBus: Bool {
        guard let host = snapshot.host else { return false }
        return host.kernelModuleVersion.reason == .notSupported && host.pciGPUs.value?.isEmpty ?? false
    }
}

extension GPUCase {
    /// The lanes that GPU and slot can have together. A port that claims fewer than are in use is a virtual machine's, and is not
    /// believed.
    fileprivate func lanes(upTo most: UInt32, beside width: UInt32) -> UInt32 {
        guard let slot = pci.value?.upstream?.link.maximumWidth.value, slot >= Int(width) else { return most }
        return min(most, UInt32(clamping: slot))
    }

    fileprivate var busWidth: HealthEvidence {
        let width = pci.value?.link.currentWidth.value
        return HealthEvidence("pci_link_width", width.map(String.init) ?? "unknown", .pci)
    }

    fileprivate var upstreamWidth: HealthEvidence {
        let width = pci.value?.upstream?.link.currentWidth.value
        return HealthEvidence("upstream_port_width", width.map(String.init) ?? "unknown", .pci)
    }
}
