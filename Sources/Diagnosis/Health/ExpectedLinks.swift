internal import Snapshots

/// Which NVLinks of a GPU should be up, and how fast.
///
/// A link to an NVSwitch should always be up. Between GPUs no table tells it: boards of one model are sold with all links,
/// with some and with none, so what most GPUs of the same name on the node show is expected; PCIe cards can be with and without
/// bridges on one node. GPUs in MIG mode say nothing, since their links are down on purpose, and with them the other ends of
/// these links.
struct ExpectedLinks: Sendable {
    /// What GPUs of one name have in common.
    fileprivate struct Board {
        /// Links, those that are up, and their speed in MB/s, each as most GPUs have it.
        var count: UInt32?
        var active: Int?
        var speed: UInt32?
        var leadsToSwitches = false
        /// Chip-to-chip links to the CPU, as most GPUs have them.
        var c2c: UInt32?
    }

    private var boards: [String: Board] = [:]
    private let hasSwitches: Bool
    /// Addresses of everything at which a link of this node ends.
    let remoteSlots: Set<UInt64>
    /// Whether a link of a GPU without MIG is down.
    let hasDownLinks: Bool
    /// Addresses of the GPUs that NVML lists, by whether MIG is on.
    private let plainSlots: Set<UInt64>
    private let migSlots: Set<UInt64>
    /// True when GPUs in MIG mode have at least as many links down as lead from the others to nobody knows where.
    private let canMIGExplain: Bool

    init(_ snapshot: NodeSnapshot) {
        hasSwitches = snapshot.devices?.pci.value?.contains { $0.kind == .nvSwitch } ?? false
        let mig = snapshot.gpus.filter(\.isMIGOn)
        let plain = snapshot.gpus.filter { !$0.isMIGOn }
        remoteSlots = Set(
            snapshot.gpus.flatMap { $0.links?.links ?? [] }.compactMap { $0.remoteBusID.value?.slot })
        hasDownLinks = plain.contains { !$0.downLinks.isEmpty }
        migSlots = Set(mig.compactMap { $0.busID.value?.slot })
        let slots = Set(plain.compactMap { $0.busID.value?.slot })
        plainSlots = slots
        let unknown = plain.flatMap(\.downLinks).filter { link in
            link.remoteBusID.value.map { !slots.contains($0.slot) } ?? true
        }
        canMIGExplain = unknown.count <= mig.flatMap(\.downLinks).count
        boards = Dictionary(grouping: plain.filter { $0.links != nil }) { $0.name.value ?? "" }.mapValues { Board($0) }
    }

    /// Links that the GPU should have; nil where nothing tells.
    func count(_ gpu: GPUSnapshot) -> UInt32? { board(gpu).count }

    /// Links that are up on most GPUs of this name; nil where nothing tells.
    func activeCount(_ gpu: GPUSnapshot) -> Int? { board(gpu).active }

    /// Speed that a link should have, MB/s; nil where nothing tells.
    func speed(_ gpu: GPUSnapshot) -> UInt32? { board(gpu).speed }

    /// Chip-to-chip links that the GPU should have; nil where nothing tells.
    func c2cCount(_ gpu: GPUSnapshot) -> UInt32? { board(gpu).c2c }

    /// Whether the GPU's links end at NVSwitches: then each of them should be up.
    func leadsToSwitches(_ gpu: GPUSnapshot) -> Bool { hasSwitches || board(gpu).leadsToSwitches }

    /// Whether a link ends at another GPU of this node that has its links up.
    func leadsToGPU(_ link: GPULink) -> Bool { link.remoteBusID.value.map { plainSlots.contains($0.slot) } ?? false }

    /// Whether these links can be down because the GPUs at their other ends are in MIG mode.
    func isExplainedByMIG(_ down: [GPULink]) -> Bool {
        !down.isEmpty
            && down.allSatisfy { link in
                guard let remote = link.remoteBusID.value else { return canMIGExplain && !migSlots.isEmpty }
                return migSlots.contains(remote.slot)
            }
    }

    private func board(_ gpu: GPUSnapshot) -> Board { boards[gpu.name.value ?? ""] ?? Board() }
}

extension ExpectedLinks.Board {
    init(_ gpus: [GPUSnapshot]) {
        count = Self.mostCommon(gpus.compactMap(\.nvlinkCount))
        active = Self.mostCommon(gpus.compactMap(\.activeLinkCount))
        let links = gpus.flatMap { $0.links?.links ?? [] }
        speed = Self.mostCommon(
            links.filter { $0.isActive.value ?? false }.compactMap(\.speedMBps.value).filter { $0 > 0 })
        // A link that is down does not tell where it leads, but only NVSwitches make a fabric (nvmlGpuFabricState_t).
        leadsToSwitches =
            links.contains { $0.remoteType.value == 2 }
            || gpus.contains { (1...3).contains($0.fabric?.state.value ?? 0) }
        c2c = Self.mostCommon(gpus.compactMap(\.c2cCount))
    }

    /// The value seen most often; of several, the highest.
    private static func mostCommon<Value: Hashable & Comparable>(_ values: [Value]) -> Value? {
        let counts = Dictionary(grouping: values) { $0 }.mapValues(\.count)
        return counts.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key
    }
}

extension GPUSnapshot {
    var isMIGOn: Bool { inventory?.migMode.value?.current ?? false }

    /// Links that say that they are down.
    var downLinks: [GPULink] { links?.links.filter { $0.isActive.value == false } ?? [] }

    /// The number of NVLinks; 0 on boards without any, nil where it could not be read.
    fileprivate var nvlinkCount: UInt32? { links?.count.value ?? (links?.count.reason == .notSupported ? 0 : nil) }

    /// The number of chip-to-chip links; 0 on boards without any, nil where it could not be read.
    var c2cCount: UInt32? { links?.c2cCount.value ?? (links?.c2cCount.reason == .notSupported ? 0 : nil) }

    /// Links that are up; nil if one of them would not tell or there are none to ask.
    var activeLinkCount: Int? {
        guard let links, links.count.value != nil else { return nil }
        return links.activeCount.value.map(Int.init)
    }
}
