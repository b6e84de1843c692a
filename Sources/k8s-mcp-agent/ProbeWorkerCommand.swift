internal import ArgumentParser
internal import ProbeProtocol
internal import ProbeWorker

/// `probe-worker`: the child process in which NVML runs; the agent starts it itself.
struct ProbeWorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: ProbeConfiguration.subcommand, abstract: "Reads the driver on behalf of the agent.",
        shouldDisplay: false)

    @Argument(parsing: .allUnrecognized)
    var arguments: [String] = []

    func run() throws {
        throw ExitCode(ProbeWorker.run(arguments: arguments))
    }
}
