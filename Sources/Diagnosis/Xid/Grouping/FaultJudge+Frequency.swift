/// Errors that were corrected: nothing as long as they are rare.
extension FaultJudge {
    /// Of the link between the GPU and its processor: NVIDIA's catalogue has support asked if they are frequent.
    private static let correctedErrors: Set<UInt32> = [121]

    /// NVIDIA names no number: what is many for other faults is here, too.
    mutating func judgeFrequency(_ index: Int) {
        guard let number = bursts[index].code.xid, Self.correctedErrors.contains(number),
            bursts[index].boot == newestBoot,
            // A reset trains the link anew.
            context.loaded.map(bursts[index].last.follows) ?? true
        else { return }
        let times = earlier(index).reduce(occurrences(index)) { $0 + occurrences($1) }
        guard times >= Self.supportBursts else { return }
        (groups[index].severity, groups[index].action) = (.warning, .contactSupport)
        groups[index].why = .cameBack(times: times - 1)
    }

    /// Bursts, or what lasts without a pause counted as if it had some.
    private func occurrences(_ index: Int) -> Int {
        let burst = bursts[index]
        let length = max(burst.last.microseconds(since: burst.first) ?? 0, 0)
        let parts = 1 + Int(clamping: length / KernelFaultAnalysis.burstMicroseconds)
        return max(burst.bursts, min(Int(clamping: burst.count), parts))
    }
}
