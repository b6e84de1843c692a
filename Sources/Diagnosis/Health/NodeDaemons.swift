internal import Snapshots

/// The daemons without which GPUs cannot use their NVLinks.
extension NodeRules {
    /// Only GPUs of a fabric that spans nodes need the IMEX daemon, and only for jobs that span nodes.
    static func judgeIMEX(_ node: NodeCase, _ result: inout RuleResult) {
        let isMultiNode = node.snapshot.gpus.contains { gpu in
            gpu.fabric?.state.value == 3
                && gpu.fabric?.clusterUUID.value?.contains { $0 != "0" && $0 != "-" } ?? false
        }
        guard isMultiNode, let processes = node.snapshot.nodeProcesses, processes.sharesProcessIDs != false else {
            return
        }
        let daemon = processes.daemon("nvidia-imex")
        let isStuck = daemon?.isStuck ?? false
        guard daemon == nil || isStuck else { return }
        let level = RecoveryLevel.recoverIMEXDomain
        let isAsked = node.snapshot.gpus.contains {
            $0.memoryHealth?.recoveryAction.value.map { RecoveryLevel(UInt32(clamping: $0)) } == level
        }
        // Of processes that may not be looked into nobody knows which one is the daemon.
        let isSeen = processes.unreadableCount == 0
        result.add(
            HealthFinding(
                rule: "imex_daemon", severity: isStuck || (isAsked && isSeen) ? .warning : .info,
                title: isStuck
                    ? "The IMEX daemon hangs: jobs over several nodes of this NVLink domain do not start."
                    : isSeen
                        ? "The IMEX daemon does not run: jobs over several nodes of this NVLink domain need it."
                        : "Whether the IMEX daemon runs cannot be seen.",
                evidence: [
                    HealthEvidence("imex_daemon", isStuck ? "hangs" : isSeen ? "not running" : "unknown", .proc),
                    HealthEvidence("recovery_action", isAsked ? level.name : "does not ask for it"),
                ], action: isStuck || (isAsked && isSeen) ? .checkFabric : .none,
                confirm:
                    "nvidia-imex-ctl -N on the node shows the domain; compute domains (DRA) start the daemon with the job."
            ))
    }

    /// The fabric manager trains the links at NVSwitches and answers their faults. What it has registered stays `completed`
    /// when it ends, so only its process tells. A recording or a simulated node need not have all daemons: nobody is missed
    /// there.
    static func judgeFabricManager(_ node: NodeCase, _ result: inout RuleResult) {
        let snapshot = node.snapshot
        // Switches that belong to a virtual machine are that one's to manage.
        let switches = (snapshot.devices?.pci.value ?? []).filter {
            $0.kind == .nvSwitch && $0.driver.value == "nvidia-nvswitch"
        }
        guard !switches.isEmpty, snapshot.gpus.contains(where: { $0.inventory?.migMode.value?.current != true }),
            let processes = snapshot.nodeProcesses, processes.sharesProcessIDs == true,
            processes.processCount.value != nil
        else { return }
        let daemon = processes.daemon("nv-fabricmanage")
        // Of processes that may not be looked into nobody knows which one is the daemon.
        guard daemon?.isStuck ?? (processes.unreadableCount == 0) else { return }
        result.add(
            HealthFinding(
                rule: "fabric_manager", severity: .warning,
                title: daemon == nil
                    ? "The fabric manager does not run: nobody answers faults of the NVSwitches, and after a reset CUDA does not start."
                    : "The fabric manager hangs: nobody answers faults of the NVSwitches.",
                evidence: [
                    HealthEvidence("fabric_manager", daemon == nil ? "not running" : "hangs", .proc),
                    HealthEvidence("nvswitches", "\(switches.count)", .pci),
                ], action: .checkFabricManager,
                confirm: "systemctl status nvidia-fabricmanager on the node, or the driver's pod; its log tells why."))
    }
}

extension ProcessesSnapshot {
    /// - Parameter name: what the kernel keeps of it, at most 15 characters.
    fileprivate func daemon(_ name: String) -> NodeProcess? { processes.first { $0.process.name.hasPrefix(name) } }
}

extension NodeProcess {
    fileprivate var isStuck: Bool { process.state == .uninterruptible || process.state == .zombie }
}
