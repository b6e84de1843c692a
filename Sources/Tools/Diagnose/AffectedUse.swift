internal import Diagnosis
internal import JSON
internal import Snapshots

/// A process, and its pod, that a GPU's trouble concerns.
struct AffectedUse {
    let pid: Int32
    let name: String?
    let pod: PodIdentity?

    /// Who uses a GPU, the driver's own services left out; those that hold its device node count, since a lost GPU has no
    /// list of contexts.
    static func of(_ gpu: GPUVerdict, _ attribution: GPUAttribution) -> [AffectedUse] {
        guard let index = gpu.index, let use = attribution.gpus.first(where: { $0.gpu.index == index }) else {
            return []
        }
        return (use.processes ?? []).filter { !$0.isDriverService }.map { process in
            AffectedUse(pid: process.pid, name: process.process?.process.name, pod: process.pod)
        }
    }

    static let schema = Schema.array(
        Schema.object(
            [("pid", Schema.integer())] + Schema.properties(Schema.string(), "process", "namespace", "pod"),
            required: ["pid"]), "Processes that use it, with their pods")
}

extension JSONWriter {
    /// Entries for one GPU.
    private static let affectedLimit = 4

    mutating func affected(_ uses: [AffectedUse]) {
        guard !uses.isEmpty else { return }
        array("affected") { writer in
            for use in uses.prefix(Self.affectedLimit) {
                writer.object { writer in
                    writer.field("pid", use.pid)
                    writer.field("process", use.name)
                    writer.field("namespace", use.pod?.namespace)
                    writer.field("pod", use.pod?.name)
                }
            }
        }
        if uses.count > Self.affectedLimit { field("affected_left_out", uses.count - Self.affectedLimit) }
    }
}
