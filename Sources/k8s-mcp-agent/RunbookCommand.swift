internal import ArgumentParser
internal import Diagnosis

/// `runbook`: the short guides that assistants read as resources.
struct RunbookCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runbook", abstract: "Print a short guide, such as reset-or-reboot; without a name, list them.")

    @Argument(help: "Name of the guide.")
    var name: String?

    func run() throws {
        guard let name else {
            let width = Runbook.all.map(\.name.count).max() ?? 0
            let lines = Runbook.all.map { guide in
                guide.name + String(repeating: " ", count: width - guide.name.count + 2) + guide.title
            }
            return try StandardOutput.say(lines.joined(separator: "\n"))
        }
        guard let guide = Runbook.all.first(where: { $0.name == name }) else {
            throw ValidationError(
                "There is no guide \(name). There are: \(Runbook.all.map(\.name).joined(separator: ", ")).")
        }
        try StandardOutput.say(guide.text)
    }
}
