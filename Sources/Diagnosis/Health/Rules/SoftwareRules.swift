internal import Snapshots

/// Settings and software around the GPU.
let softwareRules: [HealthRule] = [
    HealthRule("mig_mode_pending") { gpu, result in
        guard let mode = result.value("mig_mode", gpu.inventory.migMode), mode.current != mode.pending else { return }
        result.find(
            .info, "MIG will be \(mode.pending ? "on" : "off") after the next reset.",
            HealthEvidence("mig_mode", "\(mode.current ? "on" : "off"), pending \(mode.pending ? "on" : "off")"),
            action: .resetGPU, confirm: "Whether somebody wanted it so.")
    },
    HealthRule("persistence_mode") { gpu, result in
        guard let isOn = result.value("persistence_mode", gpu.inventory.isPersistenceModeEnabled), !isOn else { return }
        result.find(
            .info,
            "Persistence mode is off: each start of a job initialises the GPU anew and clears volatile counters.",
            HealthEvidence("persistence_mode", "off", threshold: "on"), action: .none,
            confirm: "Start nvidia-persistenced on the node.")
    },
    HealthRule("compute_mode") { gpu, result in
        guard let mode = result.value("compute_mode", gpu.inventory.computeMode), mode == 2 else { return }
        result.find(
            .warning, "The compute mode forbids CUDA programs on this GPU.",
            HealthEvidence("compute_mode", NVMLWords.computeMode(mode), threshold: "default"), action: .checkDriver,
            confirm: "nvidia-smi -c 0 allows them again.")
    },
    HealthRule("other_driver", worksWithoutHandle: true) { gpu, result in
        guard let device = gpu.pci.value, let driver = device.driver.value, driver != "nvidia", !driver.isEmpty else {
            return
        }
        result.find(
            .warning, "The GPU is bound to another driver.",
            HealthEvidence("pci_driver", driver, threshold: "nvidia", .pci), action: .checkDriver,
            confirm: "Whether it was given to a virtual machine (vfio-pci), or nouveau must be blacklisted.")
    },
]
