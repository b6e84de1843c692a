internal import ArgumentParser

/// `doctor`: what the agent can reach on this node, and what to do about the rest.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Say what the agent can and cannot read on this node, and what to do about it."
    )

    @OptionGroup var options: AgentOptions

    func run() throws {}
}
