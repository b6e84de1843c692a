internal import ArgumentParser
internal import Diagnosis
internal import EventLoop
internal import HostNode
internal import Probe
internal import ProbeProtocol
internal import ProbeWorker
internal import Snapshots
internal import Tools

/// `doctor`: what the agent can reach on this node, and what to do about the rest.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Say what the agent can and cannot read on this node, and what to do about it.",
        discussion: "Exit code 0 only when every GPU can be read, else 1.")

    @OptionGroup var options: AgentOptions

    func run() throws {
        let options = options
        try LoopRunner.run { loop in
            let context = try options.context(on: loop)
            let node = WorkerNode(options.configuration)
            let checks =
                AgentChecks.all(context, node) + HostChecks.all(options.configuration, node)
                + LibraryChecks.all(options.configuration, node)
                + [await DriverCheck.run(context)]
            await context.probe.shutDown()
            try StandardOutput.say(checks.map(\.text).joined(separator: "\n"))
            return checks.last?.verdict == .ok ? 0 : 1
        }
    }
}

/// Asks the driver itself, in the child process, as every tool does.
enum DriverCheck {
    static func run(_ context: ToolContext) async -> DoctorCheck {
        let snapshot = await context.probe.read(ProbeRequest([.driver, .host])).withAllIdentities
        let problems = snapshot.accessProblems
        guard let worst = problems.first else {
            let version = snapshot.driver.driverVersion.value.map { "driver \($0), " } ?? ""
            return DoctorCheck(verdict: .ok, subject: "NVML", finding: "\(version)\(snapshot.gpus.count) GPUs answer")
        }
        let others = problems.dropFirst().map(\.message)
        return DoctorCheck(
            verdict: snapshot.gpus.contains { $0.refusal == nil } ? .note : .missing, subject: "NVML",
            finding: worst.message,
            remedy: worst.remedy, details: worst.evidence + others)
    }
}
