internal import Diagnosis
internal import JSON
internal import MCP
internal import Probe
internal import ProbeProtocol
internal import Snapshots

/// A node that was read for a tool: the snapshot, what stood in the way, and the GPUs that the caller chose.
struct NodeReading {
    let snapshot: NodeSnapshot
    let problems: [AccessProblem]
    let selected: [GPUSnapshot]
}

/// The answer that a tool gives when it cannot do its work.
struct ToolFailure: Error {
    let message: String
    /// True when nothing is wrong but the name of the GPU.
    var isUnknownGPU = false
    /// True when the arguments are to blame, whatever the node is like.
    var isWrongUsage = false
    var result: ToolResult { .failure(message: message, isWrongUsage: isWrongUsage) }
}

extension ToolContext {
    /// Reads sections of the GPUs that the argument `gpu` names, or of all.
    ///
    /// - Throws: ``ToolFailure`` when the argument is wrong or the driver gives nothing at all.
    func read(_ sections: ProbeSections, for call: ToolCall) async throws(ToolFailure) -> NodeReading {
        let selectors = try GPUArgument.selectors(in: call.arguments)
        return try await read(sections, gpus: selectors)
    }

    func read(_ sections: ProbeSections, gpus selectors: [GPUSelector]) async throws(ToolFailure) -> NodeReading {
        let snapshot = await probe.read(ProbeRequest(sections, gpus: selectors)).withAllIdentities
        let problems = snapshot.accessProblems
        if snapshot.gpus.isEmpty, let problem = problems.first {
            throw ToolFailure(message: failure(problem, snapshot))
        }
        let selected =
            selectors.isEmpty ? snapshot.gpus : snapshot.gpus.filter { gpu in selectors.contains { $0.matches(gpu) } }
        for selector in selectors where !snapshot.gpus.contains(where: { selector.matches($0) }) {
            throw ToolFailure(message: GPUArgument.noSuchGPU(selector, in: snapshot, problems), isUnknownGPU: true)
        }
        return NodeReading(snapshot: snapshot, problems: problems, selected: selected)
    }

    /// A failure of the backend, in the form of an answer with the status `error`.
    private func failure(_ problem: AccessProblem, _ snapshot: NodeSnapshot) -> String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.head(status: "error", self, snapshot, summary: problem.message)
            writer.field("error", problem.kind)
            writer.field("remedy", problem.remedy)
            if !problem.evidence.isEmpty {
                writer.array("evidence") { writer in for line in problem.evidence { writer.string(line) } }
            }
            if let onBus = snapshot.host?.pciGPUs.value {
                writer.array("gpus_on_pci_bus") { writer in for busID in onBus { writer.string("\(busID)") } }
            }
        }
        return String(decoding: writer.finish(), as: UTF8.self)
    }
}
