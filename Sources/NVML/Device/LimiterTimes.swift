import CNVML

/// What can hold the clocks down.
package enum NVMLLimiter: UInt32, CaseIterable, Sendable {
    case power = 0
    case thermal = 1
    case syncBoost = 2
    case boardLimit = 3
    case lowUtilization = 4
    case reliability = 5

    /// The field with its counter: 74 to 79. These ids are stable; those of the counters per event reason are not (they
    /// wandered between 251 and 273 from one driver to the next), and are never read.
    package var field: NVMLField { NVMLField(id: NVML_FI_DEV_PERF_POLICY_POWER + rawValue) }
}

// Nanoseconds since the driver was loaded; only the difference of two readings means anything.
extension NVMLDevice {
    /// For how long each limiter has held the clocks down, in the order of `NVMLLimiter.allCases`: one call, and one more
    /// for each limiter whose field this library does not have.
    package func limiterTimes() -> [Result<UInt64, NVMLError>] {
        let limiters = NVMLLimiter.allCases
        var times: [Result<UInt64, NVMLError>] = []
        times.reserveCapacity(limiters.count)
        readFields(limiters.map(\.field)) { place, result in
            times.append(time(from: result, of: limiters[place]))
        }
        return times
    }

    /// The same counter from the function that came before the fields and goes away with CUDA 14.
    package func violationTime(_ limiter: NVMLLimiter) throws(NVMLError) -> UInt64 {
        var time = nvmlViolationTime_t()
        try call(functions.pointee.clocks.violation) { $0(handle, limiter.rawValue, &time) }
        return time.violationTime
    }

    private func time(
        from result: Result<NVMLNumber, NVMLError>, of limiter: NVMLLimiter
    ) -> Result<UInt64, NVMLError> {
        switch result {
        case .success(let number):
            guard let time = number.unsigned else {
                return .failure(NVMLError(.unreadableAnswer, functions.pointee.fields.values.symbolIndex))
            }
            return .success(time)
        case .failure(let error):
            guard error.code.meansNotSupported, let time = try? violationTime(limiter) else { return .failure(error) }
            return .success(time)
        }
    }
}
