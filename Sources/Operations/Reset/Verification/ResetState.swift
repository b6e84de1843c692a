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
    /// 3 is registered; not supported without a fabric.
    package var fabricState: Reading<UInt32> = .unavailable(.notRead)
    /// `nvmlReturn_t` with which the registration ended.
    package var fabricStatus: Reading<Int32> = .unavailable(.notRead)
    package var isRepairPending: Reading<Bool> = .unavailable(.notRead)
    package var hasRemapFailed: Reading<Bool> = .unavailable(.notRead)
    package var volatileUncorrected: Reading<UInt64> = .unavailable(.notRead)
    /// PCIe lanes in use and at most.
    package var pcieWidth: Reading<Int> = .unavailable(.notRead)
    package var pcieMaximumWidth: Reading<Int> = .unavailable(.notRead)
    package var hasPersistence: Reading<Bool> = .unavailable(.notRead)

    package init() {}

    /// Reads it out of a snapshot with the sections `driver`, `inventory`, `memoryHealth`, `links`, `fabric` and `devices`.
    ///
    /// The GPU is looked for by its UUID, and where that is nowhere by its address: it may have come back as another.
    package init(_ snapshot: NodeSnapshot, of target: ResetTarget) {
        let pci = snapshot.devices?.pci.value?.first { $0.busID.slot == target.busID.slot }
        pcieWidth = pci?.link.currentWidth ?? .unavailable(.notRead)
        pcieMaximumWidth = pci?.link.maximumWidth ?? .unavailable(.notRead)
        let byUUID = snapshot.gpus.first { $0.uuid.value != nil && $0.uuid.value == target.uuid }
        guard let gpu = byUUID ?? snapshot.gpus.first(where: { $0.busID.value?.slot == target.busID.slot }) else {
            return
        }
        isListed = gpu.refusal == nil
        (uuid, busID) = (gpu.uuid, gpu.busID)
        memoryTotalBytes = gpu.inventory?.memoryTotalBytes ?? .unavailable(.notRead)
        hasPersistence = gpu.inventory?.isPersistenceModeEnabled ?? .unavailable(.notRead)
        activeLinkCount = gpu.links?.activeCount.map { Int($0) } ?? .unavailable(.notRead)
        fabricState = gpu.fabric?.state ?? .unavailable(.notRead)
        fabricStatus = gpu.fabric?.status ?? .unavailable(.notRead)
        if let health = gpu.memoryHealth { take(health) }
    }

    private mutating func take(_ health: GPUMemoryHealth) {
        recoveryAction = health.recoveryAction
        volatileUncorrected = health.volatile.uncorrected
        let remapped = health.remappedRows
        hasRemapFailed = remapped.map(\.hasFailed)
        isRepairPending = remapped.value == nil ? health.retiredPages.isPending : remapped.map(\.isPending)
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
