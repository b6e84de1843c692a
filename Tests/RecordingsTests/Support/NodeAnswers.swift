import Foundation
import JSON

/// What every tool answers about a node, asked for once for all tests.
actor NodeAnswers {
    static let shared = NodeAnswers()

    private var known: [Recording: [String: String]] = [:]

    /// Each tool's default answer as its text, by the tool's name.
    func answers(of node: Recording) throws -> [String: String] {
        if let answers = known[node] { return answers }
        // A driver that hangs is waited for with every question.
        let session = try AgentSession(
            simulating: node.scenario, node.name == "driver-hang" ? ["--deadline", "0.7"] : [])
        var answers: [String: String] = [:]
        for tool in try session.tools() { answers[tool] = try session.call(tool) }
        known[node] = answers
        return answers
    }
}

/// An answer without what is different each time and on each machine.
enum Normalised {
    static func answer(_ text: String) -> String {
        guard let value = try? JSONParser.parse(text) else { return normalised(text) + "\n" }
        return normalised(value.prettyPrinted()) + "\n"
    }

    private static func normalised(_ text: String) -> String {
        text.replacing(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/, with: "<time>")
            .replacing(/\/[^ "]*\/(libNVMLSimulator\.so|libnvidia-ml\.so\.1)/) { "<build>/\($0.output.1)" }
    }
}
