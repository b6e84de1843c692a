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
    HealthRule("confidential_computing") { gpu, result in
        // Older ones have nothing of the kind.
        guard gpu.inventory.computeCapability.value ?? 90 >= 90 else { return }
        let state = gpu.node.snapshot.driver.confidentialComputing
        guard let state = result.value("confidential_computing", state), state.isOn else { return }
        guard let acceptsWork = state.acceptsWork.value else {
            return result.addGap(
                EvidenceGap(
                    check: result.rule, reading: "gpus_ready_state", reason: state.acceptsWork.reason ?? .notRead))
        }
        guard !acceptsWork else { return }
        result.find(
            .critical, "Confidential computing is on and the GPUs accept no work: no CUDA program starts on them.",
            HealthEvidence("gpus_ready_state", "not ready", threshold: "ready"), action: .checkDriver,
            authority: .flag,
            confirm:
                "Whether they were attested since the driver was loaded; then nvidia-smi conf-compute -srs 1 on the "
                + "node lets them work (-grs shows the state).")
    },
    HealthRule("device_node") { gpu, result in
        // Without any node here the driver's are elsewhere, in its container or in a virtual machine's own place.
        guard let minor = gpu.node.snapshot.minorNumber(of: gpu.gpu),
            let present = gpu.node.snapshot.devices?.gpuMinors.value, !present.isEmpty,
            !present.contains(minor)
        else { return }
        result.find(
            .warning, "The GPU's device node is missing, although others are there: new programs cannot open the GPU.",
            HealthEvidence("device_node", "/dev/nvidia\(minor) missing", threshold: "present", .proc),
            action: .checkDriver,
            confirm: "nvidia-modprobe -c \(minor) on the node creates it; find out what removed it.")
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
