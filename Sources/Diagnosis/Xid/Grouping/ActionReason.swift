/// Which rule chose a group's action and severity.
package enum ActionReason: Sendable, Hashable {
    /// The catalogue's row for the number.
    case catalogue
    /// The number is in no catalogue.
    case unknownNumber
    /// The words of the NVLink5 line, by NVIDIA's table.
    case nvlink5Table
    /// The line's own word: Fatal or Non-fatal, RST or D-RST.
    case line
    /// A line without a number whose meaning is known.
    case driverMessage
    /// The driver's recovery action; it outranks the catalogue.
    case recoveryAction(RecoveryLevel, RecoverySource)
    /// The driver says that nothing is needed any more.
    case recovered(RecoverySource)
    /// The driver was started anew since.
    case loadedAgain
    /// NVML reads the GPU.
    case answering
    /// Clean-up or consequence of another group.
    case follows(FaultCode)
    /// The same application fault at the same time on several GPUs: one job.
    case oneJob(gpus: Int)
    /// The same fault of different programs on this GPU only.
    case differentPrograms(Int)
    /// The same texture cluster trapped again in another burst.
    case sameUnit
    /// One step up the ladder: the fault is back within 24 hours.
    case cameBack(times: Int)
    /// A program wrote the line; it is evidence of nothing.
    case injected
    /// More than this many PCIe corrections in an hour.
    case rate(perHour: Int)

    /// One clause for people.
    package var text: String {
        switch self {
        case .catalogue: "NVIDIA's Xid catalogue"
        case .unknownNumber: "the number is in no catalogue that this version has"
        case .nvlink5Table: "NVIDIA's table for the words of this NVLink5 line"
        case .line: "the log line itself says so"
        case .driverMessage: "the driver's message"
        case .recoveryAction(let level, let source): "\(source.text) says \(level.name): \(level.advice)"
        case .recovered(let source): "\(source.text) says that no recovery is needed any more"
        case .loadedAgain: "the driver was loaded again since, which resets its GPUs"
        case .answering: "NVML reads it now"
        case .follows(let code): "a consequence of \(code.label)"
        case .oneJob(let gpus): "the same fault at the same time on \(gpus) GPUs: one job, not one GPU"
        case .differentPrograms(let count): "\(count) different programs failed this way on this GPU and on no other"
        case .sameUnit: "the same texture cluster failed again in another run"
        case .cameBack(let times): "the fault came back within 24 hours (\(times) times before)"
        case .injected: "written by a program, not by the kernel"
        case .rate(let perHour): "\(perHour) corrected errors in an hour"
        }
    }
}

/// Who told the recovery level.
package enum RecoverySource: String, Sendable, Hashable {
    case nvml
    case xid154

    package var text: String {
        switch self {
        case .nvml: "the driver's recovery action (NVML)"
        case .xid154: "Xid 154"
        }
    }
}

/// What a group is put down to.
package enum FaultCause: String, Sendable, Hashable {
    /// A program's mistake; the GPU is fine.
    case application
    /// The GPU, its link, its slot or its power.
    case hardware
    /// Driver or firmware.
    case software
    /// Could be either: what would tell is in `lookNext`.
    case unclear
    /// Follows another group.
    case consequence
    /// Tells something, accuses nobody.
    case notice
    /// No evidence: a program wrote it.
    case injected
}
