import Testing

/// What a person who knows the node says about its health.
struct ExpectedHealth: Sendable, CustomTestStringConvertible {
    /// A GPU at which something is wrong; by index, or by bus id where NVML has lost it.
    struct Accused: Sendable {
        let gpu: String
        let verdict: String
        var action: String?
    }

    let node: String
    let verdict: String
    var accused: [Accused] = []
    /// `rule` or `rule: words of the title`; each has to be found, about an accused GPU if there is any.
    var causes: [String] = []
    /// Findings above info that may speak of no GPU, or of a switch.
    var nodeFindings: Set<String> = []
    /// What does not fit between processes, pods and GPUs, above info: no GPU is to blame.
    var disagreements: Set<String> = []
    /// The verdict of the GPUs that nobody accuses.
    var others = "healthy"

    var testDescription: String { node }
}

private func unhealthy(_ gpu: String, _ action: String) -> ExpectedHealth.Accused {
    .init(gpu: gpu, verdict: "unhealthy", action: action)
}

private func degraded(_ gpu: String, _ action: String) -> ExpectedHealth.Accused {
    .init(gpu: gpu, verdict: "degraded", action: action)
}

extension ExpectedHealth {
    static let recordings: [ExpectedHealth] = [
        .init(node: "a100-cgroup-v1", verdict: "healthy"),
        .init(node: "a100-mig-mixed", verdict: "healthy"),
        .init(node: "app-xid31-storm", verdict: "healthy"),
        .init(
            node: "dgx-h100-containerd", verdict: "degraded",
            accused: [degraded("6", "RESTART_APP"), degraded("7", "CHECK_APP")], causes: ["dead_process_holds_memory"],
            disagreements: ["use_without_allocation", "process_without_pod"]),
        .init(node: "dgx-h100-healthy", verdict: "healthy"),
        .init(
            node: "driver-mismatch", verdict: "degraded", causes: ["driver_version_mismatch: 570.133.20"],
            nodeFindings: ["driver_version_mismatch", "kernel_log"], others: "unknown"),
        .init(
            node: "ecc-contained", verdict: "degraded", accused: [degraded("3", "RESTART_APP")],
            causes: ["kernel_log: Xid 94", "row_remap_pending", "uncorrected_memory_errors"]),
        .init(
            node: "ecc-uncontained", verdict: "unhealthy", accused: [unhealthy("6", "RESET_GPU")],
            causes: ["kernel_log: Xid 95", "recovery_action: GPU Reset Required", "sram_uncorrected_errors"]),
        .init(
            node: "gb200-nvlink5-errors", verdict: "unhealthy", accused: [unhealthy("2", "RESET_GPU")],
            causes: ["nvlink_down", "kernel_log: Xid 149", "kernel_log: Xid 145", "nvlink_packet_errors"]),
        .init(node: "gke-cos", verdict: "healthy"),
        .init(
            node: "gpu-fallen-off-bus", verdict: "unhealthy", accused: [unhealthy("0000:c3:00.0", "REBOOT_NODE")],
            causes: ["gpu_missing_from_nvml", "kernel_log: Xid 79"], nodeFindings: ["kernel_log"]),
        .init(node: "gpu-operator-driver-container", verdict: "healthy"),
        .init(
            node: "gsp-timeout", verdict: "unhealthy", accused: [unhealthy("4", "RESET_GPU")],
            causes: ["kernel_log: Xid 119", "recovery_action"]),
        .init(node: "k3s", verdict: "healthy"),
        .init(node: "kernel-log-unreadable", verdict: "unknown", others: "unknown"),
        .init(
            node: "nvlink-down", verdict: "unhealthy", accused: [unhealthy("2", "RESET_GPU")],
            causes: ["nvlink_down", "kernel_log: Xid 74"], nodeFindings: ["kernel_log"]),
        .init(node: "openshift-crio", verdict: "healthy"),
        .init(
            node: "pcie-x8", verdict: "degraded", accused: [degraded("7", "CHECK_PCIE")],
            causes: ["pcie_width: 8 of 16"]),
        .init(
            node: "row-remap-failure", verdict: "unhealthy", accused: [unhealthy("1", "RESET_GPU")],
            causes: ["row_remap_failure", "bank_without_spares"]),
        .init(
            node: "thermal", verdict: "unhealthy",
            accused: [unhealthy("0", "CHECK_THERMALS"), unhealthy("1", "CHECK_THERMALS")],
            causes: ["temperature_margin", "thermal_slowdown"]),
        .init(
            node: "zombie-memory", verdict: "degraded",
            accused: [degraded("1", "RESTART_APP"), degraded("5", "CHECK_APP")], causes: ["dead_process_holds_memory"]),
    ]

    static let builtIn: [ExpectedHealth] = [
        .init(node: "a100-mig", verdict: "healthy"), .init(node: "a100x2", verdict: "healthy"),
        .init(node: "b200x8", verdict: "healthy"), .init(node: "busy", verdict: "healthy"),
        .init(
            node: "driver-crash", verdict: "degraded", accused: [degraded("5", "CHECK_DRIVER")],
            causes: ["probe_crashed: nvmlDeviceGetMemoryInfo"]),
        .init(
            node: "driver-mismatch", verdict: "degraded", causes: ["driver_version_mismatch"],
            nodeFindings: ["driver_version_mismatch", "kernel_log"], others: "unknown"),
        .init(
            node: "ecc-dbe", verdict: "unhealthy", accused: [unhealthy("2", "RESET_GPU")],
            causes: ["kernel_log: Xid 48", "row_remap_pending", "recovery_action: Drain and Reset"]),
        .init(
            node: "fabric-not-ready", verdict: "unhealthy",
            accused: (0..<8).map { unhealthy("\($0)", "CHECK_FM_CONFIG") }, causes: ["fabric_state"]),
        .init(
            node: "confidential-not-ready", verdict: "unhealthy",
            accused: (0..<8).map { unhealthy("\($0)", "CHECK_DRIVER") },
            causes: ["confidential_computing: no CUDA program starts"]),
        .init(
            node: "fallen-off-bus", verdict: "unhealthy", accused: [unhealthy("3", "REBOOT_NODE")],
            causes: ["gpu_access: gpu_lost", "pci_configuration", "kernel_log: Xid 79", "allocated_device_missing"]),
        .init(node: "gb200x4", verdict: "healthy"), .init(node: "h100x8", verdict: "healthy"),
        .init(node: "l40sx4", verdict: "healthy"), .init(node: "t4x1", verdict: "healthy"),
        .init(
            node: "missing-gpu", verdict: "unhealthy", accused: [unhealthy("0000:61:00.0", "REBOOT_NODE")],
            causes: ["gpu_missing_from_nvml", "kernel_log: Xid 79"], nodeFindings: ["kernel_log"]),
        .init(
            node: "no-driver", verdict: "unhealthy", causes: ["driver_not_loaded"], nodeFindings: ["driver_not_loaded"],
            others: "unknown"),
        .init(node: "no-permission", verdict: "unknown", others: "unknown"),
        .init(
            node: "nvlink-down", verdict: "unhealthy", accused: [unhealthy("4", "RESET_GPU")],
            causes: ["nvlink_down", "fabric_health"], nodeFindings: ["kernel_log"]),
        // The simulated clock stands still here, and with it the counters: errors of the past are no fault.
        .init(node: "nvlink-errors", verdict: "degraded", nodeFindings: ["kernel_log"]),
        .init(
            node: "pcie-degraded", verdict: "degraded", accused: [degraded("2", "CHECK_PCIE")], causes: ["pcie_width"]),
        .init(
            node: "power-brake", verdict: "degraded",
            accused: [degraded("0", "CHECK_POWER"), degraded("1", "CHECK_POWER")], causes: ["power_brake"]),
        .init(
            node: "reset-required", verdict: "unhealthy", accused: [unhealthy("0", "RESET_GPU")],
            causes: ["kernel_log: Xid 95", "gpu_answers: RESET_REQUIRED"]),
        .init(
            node: "row-remap-failure", verdict: "unhealthy", accused: [unhealthy("6", "RESET_GPU")],
            causes: ["row_remap_failure"]),
        .init(
            node: "row-remap-pending", verdict: "degraded", accused: [degraded("5", "RESET_GPU")],
            causes: ["row_remap_pending"]),
        .init(
            node: "thermal-slowdown", verdict: "unhealthy", accused: [unhealthy("7", "CHECK_THERMALS")],
            causes: ["temperature_margin", "thermal_slowdown"]),
        .init(
            node: "zombie-process", verdict: "degraded",
            accused: [degraded("2", "RESTART_APP"), degraded("6", "CHECK_APP")], causes: ["dead_process_holds_memory"]),
    ]
}
