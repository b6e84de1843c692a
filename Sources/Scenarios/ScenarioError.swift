/// Why a scenario cannot be used: which file, which key, and what would be right.
package struct ScenarioError: Error, Sendable, Equatable {
    /// The scenario's name or file.
    package var source: String
    /// The key, like `gpus[3].ecc.sram`; empty for the file as a whole.
    package let path: String
    package let problem: String

    package init(_ problem: String, at path: String = "", in source: String = "") {
        self.source = source
        self.path = path
        self.problem = problem
    }

    /// The same error, with the file it was found in.
    func found(in source: String) -> ScenarioError {
        self.source.isEmpty ? ScenarioError(problem, at: path, in: source) : self
    }
}

extension ScenarioError: CustomStringConvertible {
    package var description: String {
        let place = [source, path].filter { !$0.isEmpty }.joined(separator: ": ")
        return place.isEmpty ? problem : "\(place): \(problem)"
    }
}
