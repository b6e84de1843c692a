package import Snapshots

/// Which process, container and pod each GPU works for, and what does not fit together.
package struct GPUAttribution: Sendable {
    /// In NVML's order.
    package let gpus: [GPUUse]
    /// By name: those that were given GPUs, and those whose processes use them.
    package let pods: [PodUse]
    /// The gravest first.
    package let findings: [AttributionFinding]

    /// Judges what the snapshot has; a section that was not read gives no findings.
    package init(_ snapshot: NodeSnapshot) {
        gpus = snapshot.gpuUses
        pods = PodUses(gpus, snapshot.pods).pods
        let found =
            snapshot.processIDFindings + gpus.flatMap(\.findings)
            + PodFindings(gpus, pods, snapshot.pods).findings
        findings = found.enumerated().sorted { ($1.element.severity, $0.offset) < ($0.element.severity, $1.offset) }
            .map(\.element)
    }
}

extension NodeSnapshot {
    fileprivate var processIDFindings: [AttributionFinding] {
        guard nodeProcesses?.sharesProcessIDs == false, gpus.contains(where: { !($0.processes?.all.isEmpty ?? true) })
        else {
            return []
        }
        return [
            AttributionFinding(
                .processIDsNotShared, .info, .none,
                "The agent runs in a process id namespace of its own, so the processes that NVML lists cannot be named.",
                remedy: "Run the agent's pod with hostPID: true.")
        ]
    }
}
