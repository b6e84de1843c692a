internal import Snapshots

/// The parts into which a fabric can be divided.
extension NodeRules {
    /// Only GPUs of one clique reach each other over NVLink (`nvmlGpuFabricInfo_t`); somebody may have divided them on purpose.
    static func judgeCliques(_ node: NodeCase, _ result: inout RuleResult) {
        let registered = node.snapshot.gpus.filter {
            $0.fabric?.state.value == 3 && $0.fabric?.cliqueID.value != nil && !$0.isMIGOn
        }
        let cliques = Dictionary(grouping: registered) { FabricClique($0.fabric ?? GPUFabric()) }
        guard cliques.count > 1 else { return }
        let words = cliques.map { "\($0.key.number): GPU \(NumberList.text($0.value.map(\.index)))" }.sorted()
        result.add(
            HealthFinding(
                rule: "fabric_cliques", severity: .info,
                title:
                    "The GPUs of this node are in several NVLink cliques: over NVLink they reach only those of their own.",
                evidence: [
                    HealthEvidence("fabric_clique_id", words.joined(separator: "; "), threshold: "the same on all")
                ], action: .none, authority: .flag,
                confirm: "Whether somebody divided them on purpose; the partitions of the fabric manager or of NMX."))
    }
}

/// What tells one clique from another.
private struct FabricClique: Hashable {
    let number: UInt32
    let cluster: String

    init(_ fabric: GPUFabric) {
        number = fabric.cliqueID.value ?? 0
        cluster = fabric.clusterUUID.value ?? ""
    }
}
