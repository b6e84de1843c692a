internal import Snapshots

/// Checks of the node as a whole.
enum NodeRules {
    /// What they found; findings name a GPU where they are about one.
    static func judge(_ node: NodeCase) -> RuleResult {
        var result = RuleResult("node")
        judgeAccess(node, &result)
        judgeMissing(node, &result)
        judgePresence(node, &result)
        judgeUnplaced(node, &result)
        judgeModules(node, &result)
        judgeLeftOverNodes(node, &result)
        judgeIMEX(node, &result)
        judgeFabricManager(node, &result)
        judgeCliques(node, &result)
        judgeLog(node, &result)
        return result
    }

    private static func judgeAccess(_ node: NodeCase, _ result: inout RuleResult) {
        let snapshot = node.snapshot
        let interruptions = [snapshot.interruption].compactMap { $0 } + snapshot.furtherInterruptions
        for problem in interruptions.map(\.problem) + [snapshot.driverProblem].compactMap({ $0 }) {
            guard
                let (severity, action) = judgement(
                    problem.kind, snapshot.driver.state.code, hasNoGPU: hasNoGPU(snapshot))
            else {
                result.gap("driver_access", "nvml", snapshot.driver.state.reason)
                continue
            }
            result.add(
                HealthFinding(
                    rule: problem.kind, severity: severity, gpu: problem.gpu, title: problem.message,
                    evidence: problem.evidence.map { HealthEvidence("kernel", $0, .probe) }, action: action,
                    authority: .flag, confirm: problem.remedy))
        }
    }

    /// What a problem of access says about the node itself; nil where it only keeps the agent from looking.
    ///
    /// - Parameters:
    ///   - code: `nvmlReturn_t` of nvmlInit.
    ///   - hasNoGPU: there is none for the driver; then a missing driver is no fault.
    private static func judgement(_ kind: String, _ code: Int32, hasNoGPU: Bool) -> (Severity, Action)? {
        switch kind {
        // In use, out of memory, out of resources, not ready: the host's state, or one that passes.
        case "nvml_initialization_failed" where [19, 20, 23, 27].contains(code): nil
        case "driver_not_loaded" where hasNoGPU, "no_gpu" where hasNoGPU: nil
        case "driver_timeout", "driver_stuck_in_kernel", "nvml_initialization_failed": (.critical, .rebootNode)
        case "driver_not_loaded", "no_gpu": (.critical, .checkDriver)
        case "driver_version_mismatch": (.warning, .rebootNode)
        case "probe_crashed", "gpu_count_failed": (.warning, .checkDriver)
        default: nil
        }
    }

    /// Whether the PCI bus could be read and shows no GPU, or none that NVIDIA's driver is meant to have.
    private static func hasNoGPU(_ snapshot: NodeSnapshot) -> Bool {
        guard let gpus = snapshot.host?.pciGPUs.value else { return false }
        let passedOn = (snapshot.devices?.pci.value ?? []).filter { device in
            device.driver.value.map { !["", "nvidia", "nouveau"].contains($0) } ?? false
        }
        let slots = Set(passedOn.map(\.busID.slot))
        return gpus.allSatisfy { slots.contains($0.slot) }
    }

    /// GPUs that the host shows and NVML does not list.
    private static func judgeMissing(_ node: NodeCase, _ result: inout RuleResult) {
        for missing in node.snapshot.missingGPUs {
            let device = node.pciDevice(missing.busID).value
            let isPassedOn = device?.driver.value.map { !$0.isEmpty && $0 != "nvidia" } ?? false
            let isMeant = missing.isExcluded || isPassedOn
            let isDead = device?.isConfigurationAllOnes.value ?? false
            result.add(
                HealthFinding(
                    rule: "gpu_missing_from_nvml", severity: isMeant ? .info : .critical, busID: missing.busID,
                    title: missing.isExcluded
                        ? "A GPU is excluded from the NVIDIA driver on purpose (NVreg_ExcludedGpus)."
                        : isPassedOn
                            ? "A GPU is bound to a driver other than NVIDIA's."
                            : "A GPU of this node is missing from NVML.",
                    evidence: evidence(missing, device, isDead),
                    action: isMeant ? .none : missing.isInProc || isDead ? .rebootNode : .checkDriver, authority: .flag,
                    confirm: isDead && !isMeant
                        ? "It does not answer on the PCI bus: Xid 79 in the kernel log. Drain and reboot or power-cycle the "
                            + "node; if it happens again, reseat or replace the GPU." : missing.problem.remedy))
        }
    }

    /// Lost GPUs beside missing ones.
    private static func judgeUnplaced(_ node: NodeCase, _ result: inout RuleResult) {
        guard let unplaced = node.snapshot.unplacedGPUs else { return }
        result.add(
            HealthFinding(
                rule: "gpu_missing_from_nvml", severity: .critical,
                title: "GPUs of this node are missing from NVML, and others are lost: \(unplaced.missingCount) of "
                    + "\(unplaced.candidates.count) are missing.",
                evidence: [
                    HealthEvidence("host_gpus_without_nvml", unplaced.places, .pci),
                    HealthEvidence("nvml_devices_without_address", "\(unplaced.namelessCount)"),
                ], action: .rebootNode, authority: .flag, confirm: unplaced.problem.remedy))
    }

    private static func evidence(_ missing: MissingGPU, _ device: HostPCIDevice?, _ isDead: Bool) -> [HealthEvidence] {
        var evidence = [
            HealthEvidence("pci_device", missing.isOnPCIBus ? "present" : "missing", .pci),
            HealthEvidence("proc_gpu", missing.isInProc ? "present" : "missing", .proc),
            HealthEvidence("nvml_device", "missing", threshold: "present"),
        ]
        if let driver = device?.driver.value {
            evidence.append(HealthEvidence("pci_driver", driver.isEmpty ? "none" : driver, .pci))
        }
        if isDead { evidence.append(HealthEvidence("pci_configuration", "all ones", .pci)) }
        return evidence
    }

    private static func judgeModules(_ node: NodeCase, _ result: inout RuleResult) {
        guard let modules = node.snapshot.devices?.modules.value, modules.contains("nouveau") else { return }
        result.add(
            HealthFinding(
                rule: "nouveau_loaded", severity: .warning, title: "The nouveau driver is loaded beside NVIDIA's.",
                evidence: [HealthEvidence("modules", "nouveau", .proc)], action: .checkDriver,
                confirm: "Blacklist nouveau and reboot."))
    }

    /// Faults of switches and of devices that are no GPU of this node, and what the log has lost.
    private static func judgeLog(_ node: NodeCase, _ result: inout RuleResult) {
        let slots = Set(node.snapshot.gpus.compactMap { $0.busID.value?.slot })
        let ports = Set((node.snapshot.devices?.pci.value ?? []).compactMap { $0.upstream?.busID })
        for var fault in node.log.faults {
            let isOfGPU = fault.busID.map { slots.contains($0.slot) || ports.contains($0) } ?? false
            guard !isOfGPU else { continue }
            // NVML speaks of now, and of each GPU.
            if fault.asksForReset, !fault.isHistory, node.asksForNothing {
                fault.isHistory = true
                fault.title += "; over: NVML asks for no reset of any GPU"
            }
            var finding = fault.finding(nil)
            // Running work goes on: the same fact by NVML is a warning, too.
            if fault.code == .driver(.versionMismatch) {
                finding.severity = min(finding.severity, .warning)
            }
            result.add(finding)
        }
        if let gap = node.log.gap { result.gap("kernel_log", "kernel_log", gap) }
        judgeBeginning(node, &result)
        guard node.log.missedRecords > 0 else { return }
        result.add(
            HealthFinding(
                rule: "kernel_log_gap", severity: .info,
                title: "The kernel log has lost records: faults may be missing.",
                evidence: [HealthEvidence("lost_records", "\(node.log.missedRecords)", .kernelLog)], action: .none,
                confirm: "The node's journal reaches further back."))
    }
}

extension NodeRules {
    /// No gap in the evidence: on a node that has run for long the oldest records are always gone.
    fileprivate static func judgeBeginning(_ node: NodeCase, _ result: inout RuleResult) {
        guard node.log.isBeginningGone else { return }
        let begin = node.log.beginsMicroseconds.map { " since \(WallClock.rfc3339($0))" } ?? " a part of this boot"
        result.add(
            HealthFinding(
                rule: "kernel_log_begin", severity: .info, time: .history,
                title: "The kernel log covers only\(begin): older faults are unknown.",
                evidence: [HealthEvidence("kernel_log", "its oldest records were overwritten", .kernelLog)],
                action: .none,
                confirm: "The node's journal reaches further back: journalctl -k -b > FILE, then --kernel-log FILE."))
    }
}

extension RuleResult {
    /// Notes that something could not be checked.
    fileprivate mutating func gap(_ check: String, _ reading: String, _ reason: Unavailable) {
        addGap(EvidenceGap(check: check, reading: reading, reason: reason))
    }
}

extension NVMLState {
    /// Why nothing can be read from NVML.
    fileprivate var reason: Unavailable {
        switch outcome {
        case .noPermission, .rootNotEntered: .noPermission
        case .libraryNotFound, .libraryUnusable, .notAsked, .ready: .notRead
        case .driverNotLoaded, .versionMismatch, .noGPU, .initializationFailed: .error(code: code)
        }
    }
}
