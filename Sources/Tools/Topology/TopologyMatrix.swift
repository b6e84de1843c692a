internal import Snapshots

/// The ways between all GPUs as a table, like `nvidia-smi topo -m`.
struct TopologyMatrix {
    private let gpus: [GPUSnapshot]
    private let network: NetworkFields

    init(_ gpus: [GPUSnapshot], _ network: NetworkFields) {
        self.gpus = gpus.filter { $0.topology != nil }
        self.network = network
    }

    /// Columns of network cards; further ones are only in the list.
    private static let cardLimit = 12

    private var cards: ArraySlice<HostNetworkCard> { network.cards.prefix(Self.cardLimit) }

    static let legend =
        "NVn: n NVLinks; PIX: one PCIe switch; PXB: several; PHB: a host bridge; NODE: within a NUMA node; SYS: between NUMA "
        + "nodes; X: itself; ?: not reported; NV?: a link does not report its state or its other end; after a path, * means no "
        + "peer-to-peer access and ? that this is not reported"

    /// Lines of columns; nil for a GPU alone.
    var text: String? {
        guard gpus.count > 1 || (!gpus.isEmpty && !cards.isEmpty) else { return nil }
        let head = [""] + gpus.map { "GPU\($0.index)" } + cards.map(\.name) + ["CPUs", "NUMA"]
        let rows = gpus.map { row in
            ["GPU\(row.index)"] + gpus.map { way(from: row, to: $0) }
                + cards.map { network.distance(from: row, to: $0)?.rawValue ?? "?" } + [
                    row.topology?.cpuAffinity.value ?? "?", numa(row),
                ]
        }
        return Self.aligned([head] + rows)
    }

    private func numa(_ gpu: GPUSnapshot) -> String {
        gpu.topology?.nearNUMANodes.value.map { $0.map(String.init).joined(separator: ",") } ?? "?"
    }

    /// The word for one field of the table.
    func way(from gpu: GPUSnapshot, to other: GPUSnapshot) -> String {
        guard gpu.index != other.index else { return "X" }
        guard let peer = gpu.topology?.peers.first(where: { $0.index == other.index }) else { return "?" }
        guard let links = linkCount(gpu, other, peer) else { return "NV?" }
        return (links > 0 ? "NV\(links)" : Self.word(ofAncestor: peer.commonAncestor.value)) + Self.mark(peer)
    }

    private static func mark(_ peer: GPUPeer) -> String {
        switch peer.access {
        case .works, .unavailable(.notSupported): ""
        case .blocked: "*"
        case .unknown, .unavailable: "?"
        }
    }

    /// NVLinks between two GPUs: those that end at the other one, or the way through switches that both have. Nil where there
    /// may be such links, but one of them does not tell its state or what is at its other end.
    private func linkCount(_ gpu: GPUSnapshot, _ other: GPUSnapshot, _ peer: GPUPeer) -> Int? {
        let areKnown = [gpu, other].allSatisfy { $0.links?.activeCount.value != nil }
        guard areKnown else { return peer.nvlink.value ?? 0 == 0 ? nil : 0 }
        let direct = active(gpu).filter { link in
            guard link.remoteType.value == 0, let remote = link.remoteBusID.value?.slot else { return false }
            return remote == other.busID.value?.slot
        }.count
        // An answer other than 0 says that no data goes over NVLink.
        guard direct == 0, peer.nvlink.value ?? 0 == 0 else { return direct }
        let bySwitch = min(active(gpu).filter(Self.isToSwitch).count, active(other).filter(Self.isToSwitch).count)
        if bySwitch > 0 { return peer.nvlink.value == 0 ? bySwitch : nil }
        return [gpu, other].allSatisfy { active($0).contains(where: Self.isToUnknown) } ? nil : 0
    }

    private func active(_ gpu: GPUSnapshot) -> [GPULink] {
        (gpu.links?.links ?? []).filter { $0.isActive.value == true }
    }

    private static func isToSwitch(_ link: GPULink) -> Bool { link.remoteType.value == 2 }

    private static func isToUnknown(_ link: GPULink) -> Bool {
        switch link.remoteType.value {
        case 1, 2: false
        case 0: link.remoteBusID.value == nil
        default: true
        }
    }

    private static func word(ofAncestor level: UInt32?) -> String {
        switch level {
        case 0: "INT"
        case 10: "PIX"
        case 20: "PXB"
        case 30: "PHB"
        case 40: "NODE"
        case 50: "SYS"
        default: "?"
        }
    }

    private static func aligned(_ rows: [[String]]) -> String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].utf8.count }.max() ?? 0 }
        return rows.map { row in
            var line = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.utf8.count) }.joined(
                separator: " ")
            while line.last == " " { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }
}
