internal import ArgumentParser
internal import Diagnosis

/// `thresholds`: the limits of the health rules, as a file that can be changed and given back.
struct ThresholdsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "thresholds", abstract: "Print the limits of the health rules, with their sources.",
        discussion: "Put the lines that you want to change into a file, and name it with --thresholds.")

    func run() throws { try StandardOutput.say(HealthThresholds.standardText) }
}
