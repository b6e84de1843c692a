package import Snapshots

extension NodeSnapshot {
    /// Each GPU with the processes of NVML's lists and those that hold its device node.
    package var gpuUses: [GPUUse] { gpus.map(use) }

    private func use(of gpu: GPUSnapshot) -> GPUUse {
        var use = GPUUse(gpu: gpu, minorNumber: minorNumber(of: gpu))
        use.memoryUsedBytes = gpu.telemetry?.memory.value.map(\.used)
        guard let lists = gpu.processes, use.areContextsKnown else {
            // A GPU that NVML lost still has holders: they keep it from being reset.
            let holders = holders(of: use.minorNumber, besides: [])
            use.processes = holders.isEmpty ? nil : holders
            return use
        }
        let contexts = contexts(lists)
        use.processes = contexts + holders(of: use.minorNumber, besides: Set(contexts.map(\.pid)))
        use.memoryClaimedBytes = Self.claimed(contexts)
        return use
    }

    /// One entry for each process and MIG instance, whatever lists it is in.
    private func contexts(_ lists: GPUProcesses) -> [GPUProcessUse] {
        let kinds: [(GPUProcessUse.Relation, [GPUProcess])] = [
            (.compute, lists.compute.value ?? []), (.graphics, lists.graphics.value ?? []),
            (.mps, lists.mps.value ?? []),
        ]
        var uses: [GPUProcessUse] = []
        for (relation, processes) in kinds {
            for process in processes {
                let pid = Int32(truncatingIfNeeded: process.pid)
                let index = uses.firstIndex {
                    $0.pid == pid && $0.gpuInstanceID == process.gpuInstanceID
                        && $0.computeInstanceID == process.computeInstanceID
                }
                if let index {
                    uses[index].relations.append(relation)
                    // Both lists tell the same memory of a process that is in both.
                    uses[index].memoryBytes =
                        uses[index].memoryBytes.map { max($0, process.usedMemoryBytes ?? 0) } ?? process.usedMemoryBytes
                } else {
                    uses.append(context(process, relation))
                }
            }
        }
        return uses.sorted { ($0.pid, $0.gpuInstanceID ?? 0) < ($1.pid, $1.gpuInstanceID ?? 0) }
    }

    private func context(_ process: GPUProcess, _ relation: GPUProcessUse.Relation) -> GPUProcessUse {
        let pid = Int32(truncatingIfNeeded: process.pid)
        let known = nodeProcess(pid)
        return GPUProcessUse(
            pid: pid, relations: [relation], memoryBytes: process.usedMemoryBytes,
            gpuInstanceID: process.gpuInstanceID, computeInstanceID: process.computeInstanceID, process: known,
            isGone: known == nil && hasAllProcesses)
    }

    /// Whether a pid that is not among the processes is not on the node at all.
    private var hasAllProcesses: Bool {
        guard let nodeProcesses, nodeProcesses.processCount.value != nil, interruption == nil else { return false }
        return nodeProcesses.sharesProcessIDs != false
    }

    private func nodeProcess(_ pid: Int32) -> NodeProcess? {
        guard nodeProcesses?.sharesProcessIDs != false else { return nil }
        return nodeProcesses?.processes.first { $0.process.pid == pid }
    }

    private func holders(of minor: UInt32?, besides known: Set<Int32>) -> [GPUProcessUse] {
        guard let minor else { return [] }
        let holders = (nodeProcesses?.processes ?? []).filter {
            $0.process.gpuMinors.contains(minor) && !known.contains($0.process.pid)
        }
        return holders.map { GPUProcessUse(pid: $0.process.pid, relations: [.holdsDeviceNode], process: $0) }
    }

    /// Nil when a process does not tell its memory: what it uses is not unclaimed.
    private static func claimed(_ contexts: [GPUProcessUse]) -> UInt64? {
        var sum: UInt64 = 0
        for context in contexts where !context.isGone {
            guard let memory = context.memoryBytes else { return nil }
            sum = sum.addingReportingOverflow(memory).partialValue
        }
        return sum
    }
}
