package import Diagnosis
package import EventLoop
package import Probe

/// What every tool works with.
package struct ToolContext: Sendable {
    /// Reads the hardware.
    package let probe: Probe
    /// Reads what needs no driver, in a process that never enters it: so it answers while the driver hangs.
    package let hostProbe: Probe
    /// For waits between samples.
    package let loop: EventLoop
    /// Name of the node, as Kubernetes knows it if that was told, else the host's name.
    package let nodeName: String
    /// True when the hardware is simulated; every answer says so.
    package let isSimulated: Bool
    package let mode: AgentMode
    /// The limits of the health rules.
    package let thresholds: HealthThresholds
    /// What counters showed before.
    let counters = CounterMemory()
    /// What changes to the node need; nil in read-only mode.
    package let operation: OperatorContext?

    package init(
        probe: Probe, hostProbe: Probe? = nil, loop: EventLoop, nodeName: String, isSimulated: Bool, mode: AgentMode,
        thresholds: HealthThresholds = .standard, operation: OperatorContext? = nil
    ) {
        self.probe = probe
        self.hostProbe = hostProbe ?? probe
        self.loop = loop
        self.nodeName = nodeName
        self.isSimulated = isSimulated
        self.mode = mode
        self.thresholds = thresholds
        self.operation = mode == .operator ? operation : nil
    }

    /// Waits for actions that must not be broken off, and ends the processes that read for the tools.
    package func shutDown() async {
        await operation?.running.finish()
        await probe.shutDown()
        await hostProbe.shutDown()
        // A call that was broken off may still be recording that.
        await operation?.auditThread.run {}
    }
}

/// What the agent may do.
package enum AgentMode: String, Sendable, CaseIterable {
    /// It looks and changes nothing.
    case readOnly = "read-only"
    /// It may also end processes and reset GPUs, each after a plan and a confirmation.
    case `operator`
}
