package import Snapshots

/// The daemons without which GPUs cannot use their NVLinks.
extension NodeRules {
    /// Only GPUs of a fabric that spans nodes need the IMEX daemon, and only for jobs that span nodes.
    static func judgeIMEX(_ node: NodeCase, _ result: inout RuleResult) {
        guard node.snapshot.isOfMultiNodeFabric, let processes = node.snapshot.seenDaemons else { return }
        let daemon = processes.daemon(DaemonName.imex)
        guard daemon != .runs else { return }
        let asked = isAskedForIMEX(node.snapshot)
        let isFault = daemon != .unknown && asked == true
        result.add(
            HealthFinding(
                rule: "imex_daemon", severity: isFault ? .warning : .info,
                title: daemon.title(
                    of: "IMEX daemon", missing: "jobs over several nodes of this NVLink domain need it",
                    waits: "jobs over several nodes of this NVLink domain do not start"),
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
    fileprivate static func isAskedForIMEX(_ snapshot: NodeSnapshot) -> Bool? {
        let levels = snapshot.gpus.map { gpu in
            gpu.memoryHealth?.recoveryAction.value.map { RecoveryLevel(UInt32(clamping: $0)) }
        }
        if levels.contains(.recoverIMEXDomain) { return true }
        return levels.contains(nil) ? nil : false
    }

    /// The fabric manager trains the links at NVSwitches and answers their faults. What it has registered stays `completed`
    /// when it ends, so only its process tells. A recording or a simulated node need not have all daemons: nobody is missed
    /// there. From NVLink 5 on the switches are behind network cards, whose devices their manager opens: a process that holds
    /// none of the driver's own is not among those that are seen. There the GPUs' registration tells (`fabric_state`).
    static func judgeFabricManager(_ node: NodeCase, _ result: inout RuleResult) {
        let switches = node.snapshot.managedSwitches
        let users = node.snapshot.gpus.filter(\.usesSwitches)
        guard !switches.isEmpty, !users.isEmpty, let processes = node.snapshot.seenDaemons,
            processes.sharesProcessIDs != nil
        else { return }
        let daemon = processes.daemon(DaemonName.fabricManager)
        guard daemon != .runs else { return }
        // One look does not tell whether it hangs or is about to go on: asked again, it is one of both.
        if daemon == .waits {
            result.addGap(EvidenceGap(check: fabricManager, reading: "answer of the fabric manager", reason: .notRead))
        }
        let stopsCUDA = users.contains(where: \.needsManagerToStart)
        result.add(
            HealthFinding(
                rule: fabricManager,
                severity: daemon != .missing ? .info : stopsCUDA ? .critical : .warning,
                title: daemon.title(
                    of: "fabric manager",
                    missing: stopsCUDA
                        ? "new CUDA programs fail with error 802"
                        : "nothing handles faults of the NVSwitches, and after a reset CUDA does not start",
                    waits: "nothing handles faults of the NVSwitches"),
                evidence: [
                    HealthEvidence("fabric_manager", daemon.rawValue, .proc),
                    HealthEvidence("nvswitches", "\(switches.count)", .pci),
                ], action: daemon == .missing ? .checkFabricManager : .none,
                confirm: "systemctl status nvidia-fabricmanager on the node, or the driver's pod; its log says why."))
    }

    private static let fabricManager = "fabric_manager"

    /// What a GPU is blamed for because of a daemon that it cannot be used without.
    static func daemonFindings(_ findings: [HealthFinding], of gpu: GPUSnapshot) -> [HealthFinding] {
        gpu.usesSwitches ? findings.filter { $0.rule == fabricManager && $0.severity == .critical } : []
    }
}

/// What the kernel keeps of the daemons' names, at most 15 characters.
private enum DaemonName {
    static let imex = "nvidia-imex"
    static let fabricManager = "nv-fabricmanage"
}

extension NodeSnapshot {
    /// The daemons without which something would be wrong with this node's NVLinks, by what the kernel keeps of their names.
    package var neededDaemons: [String] {
        let needsIMEX = isOfMultiNodeFabric && NodeRules.isAskedForIMEX(self) == true
        let needsManager = !managedSwitches.isEmpty && gpus.contains(where: \.usesSwitches)
        return (needsIMEX ? [DaemonName.imex] : []) + (needsManager ? [DaemonName.fabricManager] : [])
    }

    fileprivate var isOfMultiNodeFabric: Bool {
        gpus.contains { gpu in
            gpu.fabric?.state.value == 3
                && gpu.fabric?.clusterUUID.value?.contains { $0 != "0" && $0 != "-" } ?? false
        }
    }

    /// Switches that belong to a virtual machine are that one's to manage.
    var managedSwitches: [HostPCIDevice] {
        (devices?.pci.value ?? []).filter { $0.kind == .nvSwitch && $0.driver.value == "nvidia-nvswitch" }
    }

    /// Among all processes of the node, or by themselves.
    fileprivate var seenDaemons: ProcessesSnapshot? { nodeProcesses ?? daemons }
}

extension GPUSnapshot {
    /// MIG takes the links down on purpose, and they can be switched off altogether (`NVreg_NvLinkDisable`).
    fileprivate var usesSwitches: Bool {
        let hasLinks = links?.count.value.map { $0 > 0 } ?? (links?.count.reason != .notSupported)
        return hasLinks && inventory?.migMode.value?.current != true
    }

    /// Up to Ampere no CUDA program starts without the fabric manager; newer GPUs go on with what it has registered
    /// (`ABORT_CUDA_JOBS_ON_FM_EXIT` in the Fabric Manager's guide).
    fileprivate var needsManagerToStart: Bool {
        usesSwitches && inventory?.computeCapability.value.map { $0 <= 80 } ?? false
    }
}

/// What is seen of a daemon of the node.
private enum DaemonState: String {
    case runs
    /// In the state D at this moment, which may be over in the next.
    case waits = "in uninterruptible sleep"
    case missing = "not running"
    /// Of processes that cannot be seen, or not be looked into, nobody knows which one is the daemon.
    case unknown

    /// - Parameters:
    ///   - daemon: its name for people.
    ///   - missing: what it means that it does not run.
    ///   - waits: what it means if it stays in the kernel.
    func title(of daemon: String, missing: String, waits: String) -> String {
        switch self {
        case .runs: "The \(daemon) runs."
        case .waits: "The \(daemon) waits in the kernel; if that lasts, \(waits)."
        case .missing: "The \(daemon) does not run: \(missing)."
        case .unknown: "Whether the \(daemon) runs cannot be seen."
        }
    }
}

extension ProcessesSnapshot {
    /// - Parameter name: what the kernel keeps of it, at most 15 characters.
    fileprivate func daemon(_ name: String) -> DaemonState {
        let found = processes.first { $0.process.name.hasPrefix(name) && $0.process.state != .zombie }
        if let found { return found.process.state == .uninterruptible ? .waits : .runs }
        let isWhole = sharesProcessIDs != false && unreadableCount == 0 && processCount.reason == nil
        return isWhole ? .missing : .unknown
    }
}
