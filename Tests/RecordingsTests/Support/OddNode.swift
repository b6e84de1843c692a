import Foundation
import JSON

/// A built-in node with something odd about it, asked as a client asks.
final class OddNode {
    private let path: String

    /// - Parameter scenario: a scenario in JSON.
    init(_ scenario: String) throws {
        path = FileManager.default.temporaryDirectory.path + "/odd-node-\(UUID().uuidString).json"
        try scenario.write(toFile: path, atomically: true, encoding: .utf8)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// A tool's answer.
    func ask(_ tool: String, _ arguments: String = "{}", clock: String? = Agent.clock) throws -> JSONValue {
        try JSONParser.parse(text(of: tool, arguments, clock: clock))
    }

    /// The same as text.
    func text(of tool: String, _ arguments: String = "{}", clock: String? = Agent.clock) throws -> String {
        try AgentSession(simulating: path, clock: clock).call(tool, arguments)
    }

    /// What `doctor` prints, and its exit code.
    func doctor() throws -> (status: Int32, output: String) { try Agent.run(["doctor", "--simulate", path]) }
}

extension JSONValue {
    subscript(_ place: Int) -> JSONValue? {
        guard let array = arrayValue, array.indices.contains(place) else { return nil }
        return array[place]
    }

    /// `scope reading: reason` of each reading without a value, in order.
    var unavailable: [String] {
        (self["unavailable"]?.arrayValue ?? []).map { entry in
            let gpu = entry["gpu"]?.stringValue ?? entry["gpu"]?.intValue.map(String.init) ?? ""
            return "\(gpu) \(entry["reading"]?.stringValue ?? ""): \(entry["reason"]?.stringValue ?? "")"
        }
    }

    /// The rules of all findings.
    var rules: [String] { (self["findings"]?.arrayValue ?? []).compactMap { $0["rule"]?.stringValue } }
}
