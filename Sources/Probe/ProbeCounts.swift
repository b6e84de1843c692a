internal import Snapshots

/// What has happened to a probe's requests and children, for those who watch over an agent that lives long.
package struct ProbeCounts: Sendable, Equatable {
    /// Children that were started; each but the first follows one that ended or had to be killed.
    package internal(set) var starts = 0
    /// Requests that the driver did not answer in time.
    package internal(set) var timeOuts = 0
    /// Requests during which the child crashed or ended.
    package internal(set) var crashes = 0

    /// Children that were started in place of another one.
    package var restarts: Int { max(0, starts - 1) }

    mutating func add(_ cause: ProbeInterruption.Cause) {
        switch cause {
        case .timedOut, .stuckInKernel: timeOuts += 1
        case .crashed, .exited, .garbage: crashes += 1
        default: break
        }
    }
}
