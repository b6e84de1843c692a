internal import JSON
internal import Snapshots

/// How far a network card is from a GPU, in the words of `nvidia-smi topo -m`; the nearest first.
enum NetworkDistance: String, CaseIterable, Comparable {
    case oneSwitch = "PIX"
    case severalSwitches = "PXB"
    case hostBridge = "PHB"
    case numaNode = "NODE"
    case system = "SYS"

    /// What both ways from the root complex share decides. Nil where the firmware names no NUMA nodes and nothing else tells.
    init?(_ gpu: HostPCIDevice, _ card: HostNetworkCard) {
        let shared = zip(gpu.path, card.path).prefix { $0 == $1 }.count
        if shared > 0 {
            self = max(gpu.path.count, card.path.count) - shared <= 1 ? .oneSwitch : .severalSwitches
        } else if let root = gpu.rootComplex, root == card.rootComplex {
            self = .hostBridge
        } else if let near = gpu.numaNode.value, let other = card.numaNode {
            self = near == other ? .numaNode : .system
        } else {
            return nil
        }
    }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    static func < (left: NetworkDistance, right: NetworkDistance) -> Bool { left.rank < right.rank }
}

/// The node's network cards in the words of an answer.
struct NetworkFields {
    let cards: [HostNetworkCard]
    private let devices: [HostPCIDevice]

    init(_ node: NodeSnapshot) {
        cards = node.devices?.networkCards.value ?? []
        devices = node.devices?.pci.value ?? []
    }

    /// Cards with their place, for the node.
    var field: Field? {
        guard !cards.isEmpty else { return nil }
        return Field(key: "nics", value: .objects(cards.map(Self.card)))
    }

    func distance(from gpu: GPUSnapshot, to card: HostNetworkCard) -> NetworkDistance? {
        guard let slot = gpu.busID.value?.slot, let device = devices.first(where: { $0.busID.slot == slot }) else {
            return nil
        }
        return NetworkDistance(device, card)
    }

    func add(_ gpu: GPUSnapshot, _ detail: Detail, to fields: inout DeviceFields) {
        let distances = cards.compactMap { card in distance(from: gpu, to: card).map { (card.name, $0) } }
        guard let least = distances.map(\.1).min() else { return }
        // Cards on the other side of the machine are near to nothing.
        if least < .system {
            fields.add("nearest_nics", .texts(distances.filter { $0.1 == least }.map(\.0)))
            fields.add("nearest_nic_distance", .text(least.rawValue))
        }
        guard detail == .full else { return }
        fields.add("nic_distances", .object(distances.map { Field(key: $0.0, value: .text($0.1.rawValue)) }))
    }

    private static func card(_ card: HostNetworkCard) -> [Field] {
        var fields = [Field(key: "name", value: .text(card.name)), Field(key: "bus_id", value: .text("\(card.busID)"))]
        if card.rdmaName != nil, !card.interfaces.isEmpty {
            fields.append(Field(key: "interfaces", value: .texts(card.interfaces)))
        }
        if let numa = card.numaNode { fields.append(Field(key: "numa_node", value: .int(Int64(numa)))) }
        if let isUp = card.isUp { fields.append(Field(key: "is_up", value: .flag(isUp))) }
        if let rate = card.rate { fields.append(Field(key: "rate", value: .text(rate))) }
        return fields
    }

    static let schema = Schema.array(
        Schema.object(
            Schema.properties(Schema.string(), "name", "bus_id", "rate") + [
                ("interfaces", Schema.array(Schema.string())), ("numa_node", Schema.integer()),
                ("is_up", Schema.boolean("Its first port")),
            ], required: ["name", "bus_id"]), "Network cards, RDMA devices by that name")

    static let deviceProperties: [(String, JSONValue)] = [
        ("nearest_nics", Schema.array(Schema.string(), "The network cards with the shortest way")),
        ("nearest_nic_distance", Schema.choice(NetworkDistance.allCases.map(\.rawValue), "As in matrix_legend")),
        ("nic_distances", Schema.typed("object", "By card", [])),
    ]
}
