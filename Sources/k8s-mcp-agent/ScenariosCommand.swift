internal import ArgumentParser
internal import Scenarios

/// `scenarios`: the simulated nodes that come with the agent.
struct ScenariosCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scenarios", abstract: "List the simulated nodes that --simulate knows.",
        discussion: "Scenario files of your own can be simulated as well; docs/scenarios.md describes them.")

    func run() {
        let summaries = Scenario.builtInSummaries
        let width = summaries.map(\.name.count).max() ?? 0
        for (name, description) in summaries {
            print(name + String(repeating: " ", count: width - name.count + 2) + description)
        }
    }
}
