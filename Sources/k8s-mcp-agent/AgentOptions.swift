internal import ArgumentParser
internal import Audit
internal import Diagnosis
internal import EventLoop
internal import HostNode
internal import Probe
internal import ProbeProtocol
internal import Scenarios
internal import Tools

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The options of all subcommands that look at a node.
struct AgentOptions: ParsableArguments {
    @Option(help: "What the agent may do: \(AgentMode.allCases.map(\.rawValue).joined(separator: " or ")).")
    var mode: AgentMode = .readOnly

    @Option(help: ArgumentHelp("Use this libnvidia-ml.so.1 and no other.", valueName: "path"))
    var nvmlLibrary: String?

    @Option(
        help: ArgumentHelp(
            "Simulate a node instead of reading hardware: a name that `scenarios` lists, or a scenario file.",
            valueName: "scenario"))
    var simulate: String?

    @Option(help: ArgumentHelp("Where the node's root is mounted. (default: /host if it is, else /)", valueName: "dir"))
    var hostRoot: String?

    @Option(
        help: ArgumentHelp(
            "Read this log (dmesg, journalctl or recorded /dev/kmsg text) instead of the node's ring buffer.",
            valueName: "file"))
    var kernelLog: String?

    @Option(
        help: ArgumentHelp(
            "File that overrides health thresholds, one `name = number` a line; `thresholds` prints them all.",
            valueName: "file"))
    var thresholds: String?

    @Option(
        help: ArgumentHelp(
            "How long the driver may take for one question, in seconds; of `connect`, --deadline is when the session ends.",
            valueName: "seconds"))
    var deadline: Double = 3

    @Option(
        help: ArgumentHelp(
            "With --mode operator: append the record of plans, confirmations and actions to this file. (default: standard error)",
            valueName: "file"))
    var auditLog: String?

    @Option(help: ArgumentHelp("With --mode operator: how long a plan can be confirmed.", valueName: "seconds"))
    var planLifetime = 300

    func validate() throws {
        guard (5...3_600).contains(planLifetime) else {
            throw ValidationError("--plan-lifetime: \(planLifetime) is out of range; choose 5 to 3600 seconds.")
        }
        guard auditLog == nil || mode == .operator else {
            throw ValidationError(
                "--audit-log needs --mode operator: in read-only mode there is nothing to record.")
        }
        guard deadline >= 0.05, deadline <= 600 else {
            throw ValidationError("--deadline: \(deadline) is out of range; choose 0.05 to 600 seconds.")
        }
        if let kernelLog, let fault = AgentFile.fault(kernelLog) {
            throw ValidationError("--kernel-log: \(kernelLog) \(fault).")
        }
        if let thresholds, let fault = AgentFile.fault(thresholds) {
            throw ValidationError("--thresholds: \(thresholds) \(fault).")
        }
        try validateNode()
    }

    /// A wrong name is a mistake of the command line and nothing that the node could be blamed for.
    private func validateNode() throws {
        if let hostRoot {
            do throws(HostFileError) { _ = try HostDirectory(root: hostRoot) } catch {
                throw ValidationError("--host-root: \(error); name the directory where the node's root is mounted.")
            }
        }
        guard let simulate else { return }
        do throws(ScenarioError) { try Scenario.check(simulate) } catch {
            throw ValidationError("--simulate: \(error)")
        }
    }

    /// Where the probe finds the hardware.
    var configuration: ProbeConfiguration {
        ProbeConfiguration(
            nvmlLibrary: nvmlLibrary ?? libraryOfEnvironment, scenario: simulate, hostRoot: hostRoot,
            kernelLog: kernelLog.map(AgentFile.absolute))
    }

    /// What stands for `--nvml-library` where it is not given. A simulated node has a library of its own, and a real one in its
    /// place would be taken for it.
    private var libraryOfEnvironment: String? {
        guard simulate == nil, let path = getenv("NVML_LIBRARY_PATH").map({ String(cString: $0) }) else { return nil }
        return path.isEmpty ? nil : path
    }

    /// What the tools work with.
    ///
    /// - Parameter isShell: true for a single call from the command line.
    func context(on loop: EventLoop, isShell: Bool = false) throws -> ToolContext {
        let deadline = Duration.milliseconds(Int64((deadline * 1_000).rounded()))
        let hostProbe = Probe(loop: loop, configuration: configuration, deadline: deadline)
        let probe = Probe(loop: loop, configuration: configuration, deadline: deadline, host: hostProbe)
        return ToolContext(
            probe: probe, hostProbe: hostProbe, loop: loop, nodeName: NodeName.find(scenario: simulate),
            isSimulated: simulate != nil,
            mode: mode, thresholds: try healthThresholds(), operation: try operation(isShell: isShell))
    }

    /// What changes to the node need; nil in read-only mode.
    private func operation(isShell: Bool) throws -> OperatorContext? {
        guard mode == .operator else { return nil }
        let origin = AuditOrigin(
            node: NodeName.find(scenario: simulate), mode: mode.rawValue, isSimulated: simulate != nil,
            agentPID: OwnProcess.pid, agentStartTicks: OwnProcess.startTicks)
        let audit: AuditLog
        do throws(AuditError) {
            audit =
                if let auditLog { try AuditLog(file: auditLog, origin: origin) } else {
                    AuditLog(stream: 2, origin: origin)
                }
        } catch {
            throw ValidationError("--audit-log: \(error)")
        }
        return OperatorContext(
            audit: audit, plans: PlanStore(lifetime: .seconds(planLifetime)),
            hostRoot: hostRoot ?? HostRoot.find(), hasRealHost: simulate == nil || hostRoot != nil, isShell: isShell,
            announce: PodNotice.tell(isBusy:))
    }

    private func healthThresholds() throws -> HealthThresholds {
        guard let path = thresholds else { return .standard }
        guard let text = AgentFile.text(path) else {
            throw ValidationError("--thresholds: \(path) cannot be read, or is longer than 1 MiB.")
        }
        do { return try HealthThresholds.standard.replaced(by: text) } catch {
            throw ValidationError("--thresholds \(path): \(error)")
        }
    }
}

extension AgentMode: ExpressibleByArgument {}
