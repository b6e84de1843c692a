package import Snapshots

extension NodeSnapshot {
    /// The same snapshot with every GPU that NVML counts in it, and with the identity of those that NVML would not name.
    ///
    /// A GPU that is lost or was not reached has no handle and so no UUID and no address. NVML's order is that of the PCI
    /// addresses, so if as many GPUs of /proc are unaccounted for as have no address, in all or between two that have one, they
    /// are the same ones in that order.
    package var withAllIdentities: NodeSnapshot {
        guard interruption != nil || gpus.indices.contains(where: { gpus[$0].busID.value == nil }) else { return self }
        var snapshot = self
        snapshot.addUnreadGPUs()
        snapshot.fillIdentities()
        return snapshot
    }

    private mutating func addUnreadGPUs() {
        guard let interruption, let count = driver.gpuCount.value, count <= 1_024 else { return }
        let read = Set(gpus.map(\.index))
        for index in 0..<count where !read.contains(index) {
            var gpu = GPUSnapshot()
            gpu.index = index
            gpu.refusal = interruption.cause == .timedOut && interruption.gpuIndex == index ? .timedOut : .notRead
            gpu.isSelected = true
            gpus.append(gpu)
        }
        gpus.sort { $0.index < $1.index }
    }

    private mutating func fillIdentities() {
        let known = (host?.procGPUs.value ?? []).filter { $0.isExcluded != true }
        let listed = Set(gpus.compactMap { $0.busID.value?.slot })
        let unclaimed = known.filter { !listed.contains($0.busID.slot) }.sorted { $0.busID < $1.busID }
        let nameless = gpus.indices.filter { gpus[$0].busID.value == nil }
        if nameless.count == unclaimed.count { return fill(nameless, with: unclaimed) }
        // Some are missing, but a lost one still lies between its neighbours.
        let addresses = gpus.compactMap(\.busID.value)
        guard addresses == addresses.sorted() else { return }
        for run in Self.runs(nameless) {
            let below = gpus[..<run.lowerBound].last?.busID.value
            let above = gpus[run.upperBound...].first?.busID.value
            let between = unclaimed.filter { identity in
                below.map { $0 < identity.busID } ?? true && above.map { identity.busID < $0 } ?? true
            }
            if between.count == run.count { fill(Array(run), with: between) }
        }
    }

    private mutating func fill(_ nameless: [Int], with identities: [HostGPU]) {
        for (index, identity) in zip(nameless, identities) {
            gpus[index].busID = .value(identity.busID)
            if let uuid = identity.uuid { gpus[index].uuid = .value(uuid) }
            if let model = identity.model { gpus[index].name = .value(model) }
        }
    }

    /// Ascending numbers, those without a gap between them together.
    private static func runs(_ numbers: [Int]) -> [Range<Int>] {
        numbers.reduce(into: []) { runs, number in
            if let last = runs.last, last.upperBound == number {
                runs[runs.count - 1] = last.lowerBound..<number + 1
            } else {
                runs.append(number..<number + 1)
            }
        }
    }
}
