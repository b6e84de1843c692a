internal import Diagnosis
internal import JSON
internal import ProbeProtocol
internal import Snapshots

/// The argument `gpu`, which all tools that look at GPUs have.
enum GPUArgument {
    static let name = "gpu"
    /// Characters of a list of GPUs: 64 UUIDs have 2,688.
    static let maximumLength: Int64 = 4_096
    /// GPUs that one call can name: several times as many as a node has.
    static let maximumCount = 64
    static let schema: JSONValue = .object(
        JSONObject([
            ("type", .array(["string", "integer"])), ("maxLength", .int(maximumLength)),
            (
                "description",
                .string(
                    "Index, UUID or PCI bus id; several (at most \(maximumCount)) separated by commas. Default: all GPUs"
                )
            ),
        ]))

    /// The GPUs that the caller named; empty means all.
    static func selectors(in arguments: JSONObject) throws(ToolFailure) -> [GPUSelector] {
        guard let value = arguments[name] else { return [] }
        let text = value.stringValue ?? value.intValue.map(String.init) ?? ""
        var selectors: [GPUSelector] = []
        for part in text.split(separator: ",").map({ $0.trimmingSpaces }) {
            guard let selector = GPUSelector(part) else { throw malformed(part) }
            selectors.append(selector)
        }
        guard !selectors.isEmpty else { throw malformed(String(text.prefix(64))) }
        guard selectors.count <= maximumCount else {
            throw ToolFailure(
                message:
                    "gpu: \(selectors.count) GPUs are named. Give at most \(maximumCount), or leave gpu out for all GPUs.",
                isWrongUsage: true)
        }
        return selectors
    }

    private static func malformed(_ text: String) -> ToolFailure {
        ToolFailure(
            message:
                "gpu: '\(text.prefix(64))' is no GPU. Give an index (0), a UUID (GPU-...) or a PCI bus id (0000:3b:00.0), "
                + "or leave gpu out for all GPUs.", isUnknownGPU: true, isWrongUsage: true)
    }

    /// What to answer when no GPU of the node is the one that the caller named; where no GPU could be read at all, why.
    static func noSuchGPU(_ selector: GPUSelector, in snapshot: NodeSnapshot, _ problems: [AccessProblem]) -> String {
        // Without a list nobody can say that a GPU is not on it.
        if snapshot.gpus.isEmpty, let problem = problems.first {
            return "gpu: nothing tells which GPU \(selector) is. \(problem.message) \(problem.remedy)"
        }
        let choices = snapshot.gpus.prefix(16).map { gpu in
            let identity = [gpu.uuid.value, gpu.busID.value.map { "\($0)" }].compactMap { $0 }.joined(separator: ", ")
            return identity.isEmpty ? "\(gpu.index)" : "\(gpu.index) (\(identity))"
        }
        let hint = problems.first { $0.kind == "gpu_missing_from_nvml" }.map { " \($0.message) \($0.remedy)" } ?? ""
        return "gpu: this node has no GPU \(selector). Valid: \(choices.joined(separator: "; ")).\(hint) "
            + "Call get_gpu_inventory without gpu to see all."
    }
}

extension Substring {
    fileprivate var trimmingSpaces: String {
        var text = drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
