internal import Diagnosis
internal import JSON
internal import Snapshots

/// Topology in the words of an answer.
enum TopologyFields {
    static func add(_ gpu: GPUSnapshot, _ node: NodeSnapshot, _ detail: Detail, to fields: inout DeviceFields) {
        fields.begin(gpu)
        if let topology = gpu.topology { add(topology, refused: refusedGPUs(of: node), to: &fields) }
        addPCI(gpu, node, detail, to: &fields)
        NetworkFields(node).add(gpu, detail, to: &fields)
        if let links = gpu.links { add(links, detail, to: &fields) }
        if let reason = RestingLinks(node).reason(gpu) { fields.add("nvlink_down_reason", .text(reason.rawValue)) }
        if let fabric = gpu.fabric { add(fabric, to: &fields) }
    }

    /// NVML's indices of the GPUs that it does not open.
    private static func refusedGPUs(of node: NodeSnapshot) -> Set<UInt32> {
        Set(node.gpus.filter { $0.refusal != nil }.map(\.index))
    }

    private static func add(_ topology: GPUTopology, refused: Set<UInt32>, to fields: inout DeviceFields) {
        fields.add("near_numa_nodes", topology.nearNUMANodes) { .text(NumberList.text($0)) }
        fields.add("cpu_affinity", topology.cpuAffinity)
        // Only GPUs of Grace systems are NUMA nodes themselves.
        if topology.ownNUMANode.reason != .notSupported { fields.add("own_numa_node", topology.ownNUMANode) }
        add(topology.peers, refused: refused, to: &fields)
    }

    /// A peer that is lost, waits for a reset or cannot be opened says so itself; it is no fault of this GPU.
    private static func add(_ peers: [GPUPeer], refused: Set<UInt32>, to fields: inout DeviceFields) {
        let blocked = peers.filter { $0.access == .blocked }.map(\.index)
        if !blocked.isEmpty { fields.add("no_peer_access_to", .text(NumberList.text(blocked))) }
        let answering = peers.filter { peer in
            !refused.contains(peer.index) && ![.gpuLost, .resetRequired].contains(peer.commonAncestor.reason)
        }
        let untold = answering.filter { ![.works, .blocked, .unavailable(.notSupported)].contains($0.access) }
        if !untold.isEmpty { fields.add("peer_access_not_told_to", .text(NumberList.text(untold.map(\.index)))) }
        func note(_ reading: String, _ reasons: [Unavailable?]) {
            let reason = reasons.compactMap(\.self).first { !$0.isNormal && ![.gpuLost, .resetRequired].contains($0) }
            if let reason { fields.note(reading, reason) }
        }
        note("peer_access", answering.flatMap { [$0.read.reason, $0.write.reason] })
        note("peer_access_nvlink", answering.map(\.nvlink.reason))
        note("common_ancestor", answering.map(\.commonAncestor.reason))
    }

    private static func addPCI(
        _ gpu: GPUSnapshot, _ node: NodeSnapshot, _ detail: Detail, to fields: inout DeviceFields
    ) {
        guard let slot = gpu.busID.value?.slot,
            let device = node.devices?.pci.value?.first(where: { $0.busID.slot == slot })
        else { return }
        if let numa = device.numaNode.value { fields.add("pci_numa_node", .int(Int64(numa))) }
        guard detail == .full else { return }
        fields.add("pcie_path", .texts(device.path.map { "\($0)" }))
        if let width = device.link.currentWidth.value { fields.add("pcie_width", .int(Int64(width))) }
        if let width = device.upstream?.link.currentWidth.value {
            fields.add("upstream_port_width", .int(Int64(width)))
        }
    }

    private static func add(_ links: GPULinks, _ detail: Detail, to fields: inout DeviceFields) {
        fields.add("nvlink_count", links.count)
        if !links.links.isEmpty {
            fields.add("nvlink_active", links.activeCount)
            fields.add("nvlinks", .objects(LinkFields.links(links, detail)))
            let errors = LinkFields.errors(links)
            if !errors.isEmpty, detail != .full { fields.add("nvlink_errors", .objects(errors)) }
            for missing in LinkFields.missing(links) { fields.note(missing.reading, missing.reason) }
        }
        switch links.c2cCount {
        case .value(0), .unavailable(.notSupported): return
        case .value:
            fields.add("c2c_count", links.c2cCount)
            fields.add("c2c_active", links.activeC2CCount)
        case .unavailable(let reason): fields.note("c2c_count", reason)
        }
    }

    private static func add(_ fabric: GPUFabric, to fields: inout DeviceFields) {
        guard let state = fabric.state.value, state != 0 else {
            if let reason = fabric.state.reason, reason != .notSupported { fields.note("fabric_state", reason) }
            return
        }
        fields.add("fabric_state", .text(FabricWords.state(state)))
        guard state == 3 else { return }
        if let status = fabric.status.value, status != 0 { fields.add("fabric_status", .int(Int64(status))) }
        fields.add("fabric_clique_id", fabric.cliqueID)
        if let uuid = fabric.clusterUUID.value, uuid.contains(where: { $0 != "0" && $0 != "-" }) {
            fields.add("fabric_cluster_uuid", .text(uuid))
        }
        if let summary = fabric.healthSummary.value { fields.add("fabric_health", .text(FabricWords.summary(summary))) }
        guard let bits = fabric.healthMask.value else { return }
        let faults = FabricHealthMask(rawValue: bits).faults
        if !faults.isEmpty { fields.add("fabric_faults", .texts(faults)) }
    }
}

extension TopologyFields {
    static let deviceSchema: [(String, JSONValue)] =
        Schema.properties(
            Schema.string(), "near_numa_nodes", "cpu_affinity", "fabric_state", "fabric_cluster_uuid", "fabric_health")
        + Schema.properties(
            Schema.integer(), "own_numa_node", "pci_numa_node", "pcie_width", "upstream_port_width", "nvlink_count",
            "nvlink_active", "c2c_count", "c2c_active", "fabric_status", "fabric_clique_id")
        + Schema.properties(Schema.array(Schema.string()), "pcie_path", "fabric_faults") + [
            ("no_peer_access_to", Schema.string("NVML indices without peer-to-peer access")),
            ("peer_access_not_told_to", Schema.string("NVML indices for which the driver does not report it")),
            ("nvlinks", LinkFields.linkSchema), ("nvlink_errors", LinkFields.errorSchema),
            (
                "nvlink_down_reason",
                Schema.choice(
                    RestingLinks.Reason.allCases.map(\.rawValue),
                    "Why links are down that are meant to be: MIG mode, here or at the other end; a card without a bridge"
                )
            ),
        ] + NetworkFields.deviceProperties
}
