package import Snapshots

/// What is at the other ends of a GPU's NVLinks.
///
/// A link that is down mostly does not tell where it leads, and leads there all the same: so what the other GPUs of the node
/// say of theirs counts as well.
package struct LinkNeighbours: Sendable, Hashable {
    /// Links that the GPU has (field 91), up or down; 0 on boards without any.
    package var count: Reading<Int> = .unavailable(.notRead)
    /// Links that are up; a reason where they could not be read.
    package var activeCount: Reading<Int> = .unavailable(.notRead)
    /// GPUs that are linked to directly, as far as either end tells.
    package var peers: [BusID] = []
    /// Links that lead to an NVSwitch.
    package var switchLinkCount = 0
    /// Whether links of this GPU or of another one of the node lead to an NVSwitch.
    package var isAmongSwitches = false
    /// Whether another GPU of the node has NVLinks, up or down, or does not tell.
    package var hasLinkedOthers = false
    /// The fabric's state: 3 registered; not supported without a fabric.
    package var fabricState: Reading<UInt32> = .unavailable(.notRead)

    package init() {}

    /// Reads it from the links and fabric sections of all GPUs of a node.
    ///
    /// - Parameters:
    ///   - gpu: the GPU; nil where NVML does not list it.
    ///   - busID: its address.
    package init(_ gpu: GPUSnapshot?, at busID: BusID, among gpus: [GPUSnapshot]) {
        let own = gpu?.links?.links ?? []
        let others = gpus.filter { $0.index != gpu?.index && $0.busID.value?.slot != busID.slot }
        fabricState = gpu?.fabric?.state ?? .unavailable(.notRead)
        count = gpu?.links.map(Self.count) ?? .unavailable(.notRead)
        activeCount = gpu?.links?.activeCount.map { Int($0) } ?? .unavailable(.notRead)
        switchLinkCount = own.filter { $0.remoteType.value == Self.toSwitch }.count
        isAmongSwitches =
            switchLinkCount > 0
            || others.contains { ($0.links?.links ?? []).contains { $0.remoteType.value == Self.toSwitch } }
        hasLinkedOthers = others.contains { $0.links.map(Self.count)?.value != 0 }
        let named = own.filter { $0.remoteType.value == Self.toGPU }.compactMap(\.remoteBusID.value)
        let naming = others.filter { other in
            (other.links?.links ?? []).contains { $0.remoteBusID.value?.slot == busID.slot }
        }
        peers = Set(named + naming.compactMap(\.busID.value)).sorted()
    }

    /// `nvmlIntNvLinkDeviceType_t`.
    private static let toGPU: UInt32 = 0
    private static let toSwitch: UInt32 = 2

    private static func count(_ links: GPULinks) -> Reading<Int> {
        links.count.reason == .notSupported ? .value(0) : links.count.map { Int($0) }
    }
}
