internal import Diagnosis
internal import MCP
internal import Probe
internal import ProbeProtocol
internal import Snapshots

/// A node that was read for a tool which also has something to say when the driver does not answer.
struct AttributedReading {
    let snapshot: NodeSnapshot
    /// The same without the GPUs that only the host names: what a judgement is made on.
    let driverView: NodeSnapshot
    var problems: [AccessProblem]
    let attribution: GPUAttribution
    /// The GPUs that the caller chose, by index.
    let selected: Set<UInt32>

    var gpus: [GPUUse] { attribution.gpus.filter { selected.contains($0.gpu.index) } }

    /// Those of the chosen GPUs and of the whole node.
    var findings: [AttributionFinding] {
        attribution.findings.filter { finding in finding.gpuIndex.map(selected.contains) ?? true }
    }
}

extension ToolContext {
    /// Reads sections and joins processes and pods to GPUs. GPUs that only the kernel module names are among them, when
    /// NVML cannot be asked.
    ///
    /// - Throws: ``ToolFailure`` when the argument `gpu` names no GPU of the node.
    func readAttributed(_ sections: ProbeSections, for call: ToolCall) async throws(ToolFailure) -> AttributedReading {
        try await readAttributed(sections, gpus: try GPUArgument.selectors(in: call.arguments))
    }

    /// The same for GPUs that are chosen already; none means all.
    func readAttributed(
        _ sections: ProbeSections, gpus selectors: [GPUSelector]
    ) async throws(ToolFailure) -> AttributedReading {
        let driverView = await probe.read(ProbeRequest(sections, gpus: selectors)).withAllIdentities
        let problems = driverView.accessProblems
        let snapshot = driverView.withHostGPUs
        for selector in selectors where !snapshot.gpus.contains(where: { selector.matches($0) }) {
            throw ToolFailure(message: GPUArgument.noSuchGPU(selector, in: snapshot, problems), isUnknownGPU: true)
        }
        let selected = snapshot.gpus.filter { gpu in selectors.isEmpty || selectors.contains { $0.matches(gpu) } }
        return AttributedReading(
            snapshot: snapshot, driverView: driverView, problems: problems, attribution: GPUAttribution(snapshot),
            selected: Set(selected.map(\.index)))
    }
}
