internal import ArgumentParser
internal import Scenarios

/// `scenarios`: the simulated nodes that come with the agent.
struct ScenariosCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scenarios", abstract: "List the simulated nodes that --simulate knows.",
        discussion: "Scenario files of your own can be simulated as well; docs/scenarios.md describes them.")

    func run() throws {
        let summaries = Scenario.builtInSummaries
        let width = summaries.map(\.name.count).max() ?? 0
        let lines = summaries.map { name, description in
            name + String(repeating: " ", count: width - name.count + 2) + description
        }
        try StandardOutput.say(lines.joined(separator: "\n"))
    }
}
