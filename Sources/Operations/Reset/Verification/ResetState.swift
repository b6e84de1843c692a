package import Snapshots

/// The state of a GPU of which a reset is judged, read before and after it.
package struct ResetState: Sendable, Hashable {
    /// False where NVML does not list it.
    package var isListed = false
    package var uuid: Reading<String> = .unavailable(.notRead)
    package var busID: Reading<BusID> = .unavailable(.notRead)
    package var memoryTotalBytes: Reading<UInt64> = .unavailable(.notRead)
    package var recoveryAction: Reading<UInt64> = .unavailable(.notRead)
    /// NVLinks that are up.
    package var activeLinkCount: Reading<Int> = .unavailable(.notRead)
    /// NVLinks that the GPU has, up or down.
    package var linkCount: Reading<Int> = .unavailable(.notRead)
    /// Whether NVLinks lead to NVSwitches: then each of them has to be up.
    package var isAmongSwitches = false
    /// 3 is registered; not supported without a fabric.
    package var fabricState: Reading<UInt32> = .unavailable(.notRead)
    /// `nvmlReturn_t` with which the registration ended.
    package var fabricStatus: Reading<Int32> = .unavailable(.notRead)
    /// What the fabric's health mask says is wrong, in words.
    package var fabricFaults: [String] = []
    package var eccMode: Reading<ModePair> = .unavailable(.notRead)
    package var migMode: Reading<ModePair> = .unavailable(.notRead)
    package var isRepairPending: Reading<Bool> = .unavailable(.notRead)
    package var hasRemapFailed: Reading<Bool> = .unavailable(.notRead)
    package var volatileUncorrected: Reading<UInt64> = .unavailable(.notRead)
    /// PCIe lanes in use, and as many as the GPU and its slot can use.
    package var pcieWidth: Reading<Int> = .unavailable(.notRead)
    package var pcieMaximumWidth: Reading<Int> = .unavailable(.notRead)
    package var hasPersistence: Reading<Bool> = .unavailable(.notRead)
    /// The node's other GPUs, which a reset of this one must leave alone.
    package var others: [OtherGPUState] = []

    package init() {}

    /// Reads it out of a snapshot with the sections `driver`, `inventory`, `memoryHealth`, `links`, `fabric` and `devices`.
    ///
    /// The GPU is looked for by its UUID, and where that is nowhere by its address: it may have come back as another.
    package init(_ snapshot: NodeSnapshot, of target: ResetTarget) {
        let pci = snapshot.devices?.pci.value?.first { $0.busID.slot == target.busID.slot }
        pcieWidth = pci?.link.currentWidth ?? .unavailable(.notRead)
        pcieMaximumWidth = pci.map(Self.maximumWidth) ?? .unavailable(.notRead)
        others = snapshot.gpus.compactMap { OtherGPUState($0, besides: target) }
        guard let gpu = Self.gpu(target, in: snapshot) else { return }
        isListed = gpu.refusal == nil
        (uuid, busID) = (gpu.uuid, gpu.busID)
        memoryTotalBytes = gpu.inventory?.memoryTotalBytes ?? .unavailable(.notRead)
        hasPersistence = gpu.inventory?.isPersistenceModeEnabled ?? .unavailable(.notRead)
        let links = LinkNeighbours(gpu, at: target.busID, among: snapshot.gpus)
        (activeLinkCount, linkCount) = (links.activeCount, links.count)
        isAmongSwitches =
            links.isAmongSwitches || snapshot.devices?.pci.value?.contains { $0.kind == .nvSwitch } == true
        migMode = gpu.inventory?.migMode ?? .unavailable(.notRead)
        eccMode = gpu.inventory?.eccMode ?? .unavailable(.notRead)
        fabricState = gpu.fabric?.state ?? .unavailable(.notRead)
        fabricStatus = gpu.fabric?.status ?? .unavailable(.notRead)
        if let health = gpu.memoryHealth { take(health) }
    }

    /// The GPU as it is listed now.
    package static func gpu(_ target: ResetTarget, in snapshot: NodeSnapshot) -> GPUSnapshot? {
        snapshot.gpus.first { $0.uuid.value != nil && $0.uuid.value == target.uuid }
            ?? snapshot.gpus.first { $0.busID.value?.slot == target.busID.slot }
    }

    /// A slot with fewer lanes than the GPU is no fault.
    private static func maximumWidth(_ gpu: HostPCIDevice) -> Reading<Int> {
        guard let slot = gpu.upstream?.link.maximumWidth.value, slot >= gpu.link.currentWidth.value ?? 0 else {
            return gpu.link.maximumWidth
        }
        return gpu.link.maximumWidth.map { min($0, slot) }
    }

    private mutating func take(_ health: GPUMemoryHealth) {
        recoveryAction = health.recoveryAction
        volatileUncorrected = health.volatile.uncorrected
        let remapped = health.remappedRows
        hasRemapFailed = remapped.map(\.hasFailed)
        isRepairPending = remapped.value == nil ? health.retiredPages.isPending : remapped.map(\.isPending)
    }
}

/// What a reset of one GPU must not change of another.
package struct OtherGPUState: Sendable, Hashable {
    package var busID: BusID
    /// False where NVML does not open it, or it fell off the bus.
    package var isAnswering: Bool
    /// NVLinks that are up.
    package var activeLinkCount: Reading<Int>

    package init(busID: BusID, isAnswering: Bool = true, activeLinkCount: Reading<Int> = .unavailable(.notRead)) {
        self.busID = busID
        self.isAnswering = isAnswering
        self.activeLinkCount = activeLinkCount
    }

    /// Nil for the GPU that is reset, and for one without an address.
    fileprivate init?(_ gpu: GPUSnapshot, besides target: ResetTarget) {
        guard let busID = gpu.busID.value, busID.slot != target.busID.slot else { return nil }
        if let uuid = gpu.uuid.value, uuid == target.uuid { return nil }
        self.init(
            busID: busID,
            isAnswering: gpu.refusal == nil && gpu.inventory.map { $0.memoryTotalBytes.reason != .gpuLost } == true,
            activeLinkCount: gpu.links?.activeCount.map { Int($0) } ?? .unavailable(.notRead))
    }
}

extension ResetFacts {
    /// Repairs and modes of a GPU that wait for a reset, in words.
    package static func pending(_ gpu: GPUSnapshot) -> [String] {
        var words: [String] = []
        let health = gpu.memoryHealth
        if health?.remappedRows.value?.isPending == true { words.append("row remapping") }
        if health?.retiredPages.isPending.value == true { words.append("page retirement") }
        if let repair = health?.repair.value {
            if repair.channel { words.append("memory channel repair") }
            if repair.tpc { words.append("TPC repair") }
        }
        func differs(_ pair: ModePair?) -> Bool { pair.map { $0.current != $0.pending } ?? false }
        if differs(health?.eccMode.value ?? gpu.inventory?.eccMode.value) { words.append("ECC mode") }
        if differs(gpu.inventory?.migMode.value) { words.append("MIG mode") }
        return words
    }
}
