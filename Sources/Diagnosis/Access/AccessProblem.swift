package import Snapshots

/// Why the hardware, or one GPU, could not be read in full: what happened, and what to do about it.
package struct AccessProblem: Sendable, Equatable {
    /// A fixed word, for example `driver_not_loaded` or `gpu_lost`.
    package var kind: String
    /// NVML's index of the GPU; nil when it concerns the node or a GPU that NVML does not list.
    package var gpu: UInt32?
    /// PCI address of the GPU, if known.
    package var busID: BusID?
    /// What happened, in one sentence.
    package var message: String
    /// What to do, in one sentence.
    package var remedy: String
    /// What was seen, for example the kernel stack of a stuck process.
    package var evidence: [String] = []
    /// True when nothing about any GPU can be had from the driver because of it.
    package var blocksDriver = false

    package init(
        kind: String, gpu: UInt32? = nil, busID: BusID? = nil, message: String, remedy: String, evidence: [String] = [],
        blocksDriver: Bool = false
    ) {
        self.kind = kind
        self.gpu = gpu
        self.busID = busID
        self.message = message
        self.remedy = remedy
        self.evidence = evidence
        self.blocksDriver = blocksDriver
    }
}

extension NodeSnapshot {
    /// Everything that kept this snapshot from being complete, the gravest first; a GPU that is excluded on purpose is not
    /// missing from it.
    package var accessProblems: [AccessProblem] {
        let notReached = gpusNotReached
        let ofGPUs = gpus.indices.compactMap { place in
            notReached.contains(gpus[place].index) || interruption(on: gpus[place].index) != nil
                ? nil : gpus[place].accessProblem
        }
        return [interruption?.problem.naming(notReached)].compactMap { $0 } + furtherInterruptions.map(\.problem)
            + [driverProblem].compactMap { $0 } + ofGPUs + missingGPUs.filter { !$0.isExcluded }.map(\.problem)
            + [unplacedGPUs?.problem].compactMap { $0 }
    }

    /// The GPUs that an interruption kept from being read.
    private var gpusNotReached: [UInt32] {
        guard interruption != nil else { return [] }
        return gpus.filter { gpu in
            (gpu.refusal == .timedOut || gpu.refusal == .notRead)
                && !furtherInterruptions.contains { $0.gpuIndex == gpu.index }
        }.map(\.index)
    }
}

extension AccessProblem {
    /// The same problem with the GPUs that were not read because of it.
    fileprivate func naming(_ gpus: [UInt32]) -> AccessProblem {
        guard !gpus.isEmpty else { return self }
        var problem = self
        let list = gpus.map(String.init).joined(separator: ", ")
        problem.message += gpus.count == 1 ? " GPU \(list) was not read." : " GPUs \(list) were not read."
        return problem
    }
}
