internal import Snapshots

/// Lines of some GPU that do not say which one.
extension NodeCase {
    /// Whether the driver says of each GPU that it needs no recovery.
    var asksForNothing: Bool { !snapshot.gpus.isEmpty && snapshot.gpus.allSatisfy(\.asksForNothing) }

    /// What is not known of a GPU because it may be the one that such a line is about.
    func resetGaps(of gpu: GPUSnapshot) -> [EvidenceGap] {
        guard !gpu.asksForNothing, gpu.memoryHealth?.recoveryAction.value == nil,
            let fault = log.faults.first(where: { $0.asksForReset && $0.busID == nil && !$0.isHistory })
        else { return [] }
        return [EvidenceGap(check: "kernel_log", reading: "gpu_of \(fault.code.label)", reason: .notRead)]
    }

    /// What is not known of any GPU because it may be the one of an Xid whose address was masked or cut off.
    var unplacedGaps: [EvidenceGap] {
        let unplaced = log.faults.filter { fault in
            fault.busID == nil && !fault.isHistory
                && (fault.code == .driver(.damagedXid) || fault.code.xid != nil && fault.countsNow)
        }
        return Set(unplaced.map(\.code.label)).sorted().map {
            EvidenceGap(check: "kernel_log", reading: "gpu_of \($0)", reason: .notRead)
        }
    }
}

extension KernelLogFault {
    /// An assertion of the driver that failed with `NV_ERR_RESET_REQUIRED`.
    var asksForReset: Bool { code == .driver(.resetRequired) }
}

extension GPUSnapshot {
    fileprivate var asksForNothing: Bool {
        guard let memory = memoryHealth else { return false }
        return memory.recoveryAction.value == 0
            || (memory.recoveryAction.reason == .notSupported && memory.resetStatus.value == 0)
    }
}
