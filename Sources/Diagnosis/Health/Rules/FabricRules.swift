internal import Snapshots

/// The registration with the NVLink fabric (NVSwitch systems).
let fabricRules: [HealthRule] = [
    HealthRule("fabric_state") { gpu, result in
        guard !gpu.isMIGOn else { return }
        guard let state = result.value("fabric_state", gpu.fabric.state), state != 0 else {
            return gpu.judgeUnregistered(&result)
        }
        let evidence = HealthEvidence("fabric_state", FabricWords.state(state), threshold: "completed")
        switch state {
        case 1 where gpu.minutesSinceBoot ?? .max < gpu.thresholds[.fabricRegistrationMinutes]:
            gpu.tellEarly(
                "The GPU is not yet registered with the NVLink fabric, soon after the node's start.", evidence, &result)
        case 1:
            result.find(
                .critical, "The GPU is not registered with the NVLink fabric: CUDA will not start on it.", evidence,
                action: .checkFabricManager, authority: .flag, confirm: gpu.managerAdvice)
        case 2:
            gpu.judgeRegistering(evidence, &result)
        case 3: break
        // NVML knows no other states (nvmlGpuFabricState_t).
        default: result.addGap(EvidenceGap(check: result.rule, reading: "fabric_state", reason: .error(code: -1)))
        }
    },
    HealthRule("fabric_status") { gpu, result in
        guard gpu.fabric.state.value == 3, let status = result.value("fabric_status", gpu.fabric.status), status != 0
        else { return }
        result.find(
            .critical, "The registration with the NVLink fabric failed.",
            HealthEvidence("fabric_status", "NVML code \(status)", threshold: "0"), action: .checkFabricManager,
            authority: .flag, confirm: gpu.managerAdvice)
    },
    HealthRule("fabric_health") { gpu, result in
        guard gpu.fabric.state.value == 3, let bits = result.value("fabric_health_mask", gpu.fabric.healthMask) else {
            return
        }
        let faults = FabricHealthMask(rawValue: bits).faults
        guard !faults.isEmpty else { return }
        result.find(
            .critical, "The NVLink fabric reports a fault of this GPU's part.",
            HealthEvidence(
                "fabric_health_mask", "0x\(String(bits, radix: 16)): \(faults.joined(separator: ", "))",
                threshold: "no fault"
            ),
            action: FabricHealthMask(rawValue: bits).incorrectConfiguration == nil ? .checkNVLink : .checkFabricManager,
            authority: .flag, confirm: "Link states of this GPU; SXid lines; the fabric manager's log.")
    },
    HealthRule("fabric_partition") { gpu, result in
        guard gpu.fabric.state.value == 3, let bits = gpu.fabric.healthMask.value else { return }
        let mask = FabricHealthMask(rawValue: bits)
        guard mask.isPartitionAssigned == false, mask.incorrectConfiguration == nil else { return }
        result.find(
            .warning, "The GPU is in no NVLink partition: it reaches no other GPU over NVLink.",
            HealthEvidence(
                "fabric_health_mask", "0x\(String(bits, radix: 16)): no partition", threshold: "a partition"),
            action: .checkFabricManager, authority: .flag,
            confirm: "Whether somebody took it out on purpose; the partitions of the fabric manager or of NMX.")
    },
    HealthRule("fabric_summary") { gpu, result in
        guard gpu.fabric.state.value == 3,
            let summary = result.value("fabric_health_summary", gpu.fabric.healthSummary),
            summary >= 2, FabricHealthMask(rawValue: gpu.fabric.healthMask.value ?? 0).faults.isEmpty
        else { return }
        result.find(
            summary == 2 ? .critical : .warning, "The NVLink fabric calls this GPU \(FabricWords.summary(summary)).",
            HealthEvidence("fabric_health_summary", FabricWords.summary(summary), threshold: "healthy"),
            action: .checkFabric, authority: .flag, confirm: "Link states; the fabric manager's log.")
    },
]

extension GPUCase {
    /// Where to look for what registers GPUs with the fabric. From NVLink 5 on the fabric manager needs the NVLink subnet manager
    /// beside it, and in racks both run in the switch trays (NVIDIA's Fabric Manager guide).
    fileprivate var managerAdvice: String {
        guard inventory.computeCapability.value ?? 0 >= 100 else {
            return
                "Whether nvidia-fabricmanager runs and fits the driver's version; restart it; its log and SXid lines."
        }
        return gpu.c2cCount ?? 0 > 0
            ? "The rack's switch trays: fabric manager and NVLink subnet manager run there (NMX), not on this node."
            : "Whether nvidia-fabricmanager runs and fits the driver's version, and beside it the NVLink subnet manager "
                + "(nvlsm), which needs the kernel module ib_umad; their logs."
    }

    /// A GPU that says that it has nothing to do with a fabric, among others of its name that are registered with one.
    fileprivate func judgeUnregistered(_ result: inout RuleResult) {
        guard fabric.state.value == 0 || fabric.state.reason == .notSupported, let name = gpu.name.value,
            node.snapshot.gpus.contains(where: {
                $0.name.value == name && $0.fabric?.state.value == 3
                    && $0.inventory?.migMode.value?.current != true
            })
        else { return }
        result.find(
            .critical, "The GPU is not registered with the NVLink fabric, although others of its name are.",
            HealthEvidence("fabric_state", "not_supported", threshold: "completed, as on others of this node"),
            action: .checkFabricManager, authority: .flag,
            confirm: "The fabric manager's log; the states of its links; whether NVLink was disabled for it.")
    }

    /// How long the node has been up; nil where nobody knows. Nothing tells when the driver was loaded, but that was later.
    fileprivate var minutesSinceBoot: Int64? {
        node.snapshot.devices?.bootedMicroseconds.value.map { booted in
            node.snapshot.collectedAtMicroseconds.subtractingReportingOverflow(booted).partialValue / 60_000_000
        }
    }

    /// A registration takes minutes; until it has ended, nobody knows how.
    fileprivate func judgeRegistering(_ evidence: HealthEvidence, _ result: inout RuleResult) {
        let limit = thresholds[.fabricRegistrationMinutes]
        _ = result.value("booted_at", node.snapshot.devices?.bootedMicroseconds ?? .unavailable(.notRead))
        if let minutes = minutesSinceBoot, minutes >= limit {
            result.find(
                .warning, "The registration with the NVLink fabric does not end: CUDA does not start on the GPU.",
                evidence, HealthEvidence("node_uptime_minutes", "\(minutes)", threshold: "\(limit)", .proc),
                action: .checkFabricManager, authority: .flag,
                confirm: "Whether the driver was loaded a moment ago: then ask again in five minutes. " + managerAdvice)
            return
        }
        tellEarly(
            "The GPU is being registered with the NVLink fabric; that takes minutes after the driver's start.",
            evidence,
            &result)
    }

    /// Too early to say how the registration ends.
    fileprivate func tellEarly(_ title: String, _ evidence: HealthEvidence, _ result: inout RuleResult) {
        result.addGap(EvidenceGap(check: result.rule, reading: "fabric_state", reason: .notRead))
        result.find(
            .info, title, evidence, action: .none,
            confirm: "Ask again in five minutes: if it has not completed, it is a fault.")
    }
}
