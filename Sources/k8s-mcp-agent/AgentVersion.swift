/// The version of the agent, as CHANGELOG.md has it.
enum AgentVersion {
    static let current = "0.1.0"
}
