internal import Diagnosis
internal import Operations
internal import Snapshots

extension ResetState {
    /// Reads it out of a snapshot, with what the fabric says of the GPU put into words.
    init(judging snapshot: NodeSnapshot, of target: ResetTarget) {
        self.init(snapshot, of: target)
        guard let fabric = Self.gpu(target, in: snapshot)?.fabric else { return }
        fabricFaults = FabricHealthMask(rawValue: fabric.healthMask.value ?? 0).faults
        if fabricFaults.isEmpty, let summary = fabric.healthSummary.value, summary == Self.unhealthy {
            fabricFaults = [FabricWords.summary(summary)]
        }
    }

    /// `healthSummary` of the third version of the call.
    private static let unhealthy: UInt32 = 2
}
