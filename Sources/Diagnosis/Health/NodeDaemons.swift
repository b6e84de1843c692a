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
        guard daemon != .runs else { return }
        let asked = isAskedForIMEX(node.snapshot)
        let isFault = daemon == .hangs || (daemon == .missing && asked == true)
        result.add(
            HealthFinding(
                rule: "imex_daemon", severity: isFault ? .warning : .info,
                title: daemon.title(
                    of: "IMEX daemon", missing: "jobs over several nodes of this NVLink domain need it",
                    hangs: "jobs over several nodes of this NVLink domain do not start"),
                evidence: [
                    HealthEvidence("imex_daemon", daemon.rawValue, .proc),
                    HealthEvidence(
                        "recovery_action",
                        asked.map { $0 ? RecoveryLevel.recoverIMEXDomain.name : "does not ask for it" } ?? "unknown"),
                ], action: isFault ? .checkFabric : .none,
                confirm:
                    "nvidia-imex-ctl -N on the node shows the domain; compute domains (DRA) start the daemon with the job."
            ))
    }

    /// Whether the driver asks for the domain to be recovered; nil where it does not tell of each GPU.
    private static func isAskedForIMEX(_ snapshot: NodeSnapshot) -> Bool? {
        let levels = snapshot.gpus.map { gpu in
            gpu.memoryHealth?.recoveryAction.value.map { RecoveryLevel(UInt32(clamping: $0)) }
        }
        if levels.contains(.recoverIMEXDomain) { return true }
        return levels.contains(nil) ? nil : false
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
            let processes = snapshot.nodeProcesses, processes.sharesProcessIDs == true
        else { return }
        let daemon = processes.daemon("nv-fabricmanage")
        guard daemon != .runs else { return }
        let isFault = daemon != .unknown
        result.add(
            HealthFinding(
                rule: "fabric_manager", severity: isFault ? .warning : .info,
                title: daemon.title(
                    of: "fabric manager",
                    missing: "nobody answers faults of the NVSwitches, and after a reset CUDA does not start",
                    hangs: "nobody answers faults of the NVSwitches"),
                evidence: [
                    HealthEvidence("fabric_manager", daemon.rawValue, .proc),
                    HealthEvidence("nvswitches", "\(switches.count)", .pci),
                ], action: isFault ? .checkFabricManager : .none,
                confirm: "systemctl status nvidia-fabricmanager on the node, or the driver's pod; its log tells why."))
    }
}

/// What is seen of a daemon of the node.
private enum DaemonState: String {
    case runs
    case hangs
    case missing = "not running"
    /// Of processes that may not be looked into nobody knows which one is the daemon.
    case unknown

    /// - Parameters:
    ///   - daemon: its name for people.
    ///   - missing: what it means that it does not run.
    ///   - hangs: what it means that it hangs.
    func title(of daemon: String, missing: String, hangs: String) -> String {
        switch self {
        case .runs: "The \(daemon) runs."
        case .hangs: "The \(daemon) hangs: \(hangs)."
        case .missing: "The \(daemon) does not run: \(missing)."
        case .unknown: "Whether the \(daemon) runs cannot be seen."
        }
    }
}

extension ProcessesSnapshot {
    /// - Parameter name: what the kernel keeps of it, at most 15 characters.
    fileprivate func daemon(_ name: String) -> DaemonState {
        guard let daemon = processes.first(where: { $0.process.name.hasPrefix(name) }) else {
            return unreadableCount == 0 && processCount.reason == nil ? .missing : .unknown
        }
        return [.uninterruptible, .zombie].contains(daemon.process.state) ? .hangs : .runs
    }
}
