internal import JSON

/// A simulated GPU node: everything that NVML and the kernel would tell about it.
package struct Scenario: Sendable {
    /// The built-in name, or the file.
    package let name: String
    /// One line for people.
    package let description: String
    package let system: NodeSystem
    /// The GPUs that NVML counts, in PCI order.
    package let gpus: [GPU]
    /// All GPUs of the node: those that NVML counts, and those that only the PCI bus shows.
    package let allGPUs: [GPU]
    package let nvswitches: [PCIAddress]
    package let networkCards: [NetworkCard]
    package let topology: Topology
    /// Faults of calls that concern no single GPU.
    package let faults: [Fault]
    package let processes: [HostProcess]
    package let kernelLog: [KernelLine]
    package let host: HostDescription
}

extension Scenario {
    /// The names of the scenarios that come with the program.
    package static var builtInNames: [String] { Embedded.scenarios.map(\.name) }

    /// Name and description of each built-in scenario.
    package static var builtInSummaries: [(name: String, description: String)] {
        builtInNames.map { name in
            let text = try? ScenarioText.builtIn(name)
            return (name, text?.object["description"]?.stringValue ?? "")
        }
    }

    /// The built-in scenario of a name.
    ///
    /// - Throws: for a name that does not exist, with the nearest one that does.
    package static func builtIn(_ name: String) throws(ScenarioError) -> Scenario {
        guard let text = try ScenarioText.builtIn(name) else {
            throw ScenarioError("unknown scenario\(suggestion(for: name, among: builtInNames))", in: name)
        }
        return try ScenarioLoader.load(text)
    }

    /// The scenario in a file.
    package static func load(_ path: String) throws(ScenarioError) -> Scenario {
        try ScenarioLoader.load(try ScenarioText.file(path))
    }

    /// Makes sure that ``resolve(_:)`` finds and can read it. What is built in is known to be right.
    package static func check(_ nameOrFile: String) throws(ScenarioError) {
        guard !builtInNames.contains(nameOrFile) else { return }
        _ = try resolve(nameOrFile)
    }

    /// The built-in scenario of a name or, when there is none, the file of that name.
    package static func resolve(_ nameOrFile: String) throws(ScenarioError) -> Scenario {
        if builtInNames.contains(nameOrFile) { return try builtIn(nameOrFile) }
        if fileExists(nameOrFile) { return try load(nameOrFile) }
        let near = nearestName(to: nameOrFile, among: builtInNames).map { "; did you mean \"\($0)\"?" } ?? ""
        let known = near.isEmpty ? "; built-in scenarios: \(builtInNames.joined(separator: ", "))" : near
        throw ScenarioError("neither a built-in scenario nor a file\(known)", in: nameOrFile)
    }
}
