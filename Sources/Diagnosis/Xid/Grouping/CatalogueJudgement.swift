internal import Snapshots

/// What one burst means by itself: the catalogue's row, changed by what the line says.
struct CatalogueJudgement {
    var name: String
    var faultClass: FaultClass
    var origin: FaultOrigin
    var severity: Severity
    var meaning: String
    var action: Action
    var why: ActionReason
    var lookNext = ""
    var related: [UInt32] = []
    var notes = ""
    var nvlink5: [NVLink5Decoding] = []
    /// True where NVIDIA's table says to do what the recovery action says.
    var followsRecovery = false

    /// - Parameter isHopper: whether the GPU is known to be a Hopper, the only one whose registers of Xid 74 are known.
    init(
        _ burst: FaultBurst, _ entry: XidEntry?, _ switches: SXidCatalog, _ nvlink5: NVLink5Decoder, driverMajor: Int?,
        isHopper: Bool
    ) {
        switch burst.code {
        case .sxid(let number): self.init(burst, switches.entry(number))
        case .driver(let kind): self.init(DriverMeaning(kind), burst)
        case .pcie(let fault): self.init(fault, burst)
        case .xid(let number):
            self.init(entry ?? XidEntry(unknown: number))
            refine(burst, entry?.rule ?? .none, nvlink5, driverMajor)
            if number == 74, isHopper { readRegisters(burst.digest.registers) }
        }
    }

    private init(_ entry: XidEntry) {
        name = entry.name
        faultClass = entry.faultClass
        origin = entry.origin
        severity = entry.severity ?? .warning
        meaning = entry.meaning
        action = entry.action
        why = entry.isKnown ? .catalogue : .unknownNumber
        lookNext = entry.lookNext
        related = entry.related
        notes = entry.notes
    }

    private mutating func refine(
        _ burst: FaultBurst, _ rule: XidEntry.Rule, _ decoder: NVLink5Decoder, _ driverMajor: Int?
    ) {
        switch rule {
        case .none, .follower: break
        case .containment: applyContainment(burst.digest)
        case .nvlink5: applyNVLink5(burst, decoder, driverMajor)
        case .recoveryAction: applyRecovery(burst.recovery)
        }
    }

    /// `RST: Yes` asks for a reset, `D-RST: Yes` for one after running work has ended.
    private mutating func applyContainment(_ digest: BurstDigest) {
        guard digest.asksForRecovery else { return }
        (action, severity, why) = (.resetGPU, .critical, .line)
        if !digest.asksForReset { lookNext = "Let running work end before the reset. " + lookNext }
    }

    /// The registers say whether it is the link's mechanics, its memory or only a consequence.
    private mutating func readRegisters(_ meanings: Set<NVLinkRegisters.Meaning>) {
        guard !meanings.isEmpty else { return }
        if meanings.isSubset(of: [.eccThreshold, .harmless]) { (severity, action, why) = (.warning, .none, .line) }
        lookNext =
            "Registers, as Hopper means them: " + meanings.sorted().map(\.text).joined(separator: "; ") + ". "
            + lookNext
    }

    private mutating func applyRecovery(_ level: RecoveryLevel?) {
        guard let level else {
            action = .contactSupport
            lookNext = "The line does not name the action: ask NVML for the recovery action"
            return
        }
        severity = level.severity
        action = level.action
        why = level == .none ? .recovered(.xid154) : .recoveryAction(level, .xid154)
    }

    /// The worst of the lines decides.
    private mutating func applyNVLink5(_ burst: FaultBurst, _ decoder: NVLink5Decoder, _ driverMajor: Int?) {
        guard let number = burst.code.xid, !burst.digest.nvlink5.isEmpty else { return }
        (action, why) = (.none, .line)
        for line in burst.digest.nvlink5 {
            let decoding =
                line.words.count < 2
                ? nil
                : decoder.decode(
                    number: number, unit: line.unit, intrinfo: line.words[0], status: line.words[1],
                    driverMajor: driverMajor)
            guard let decoding else {
                if line.isFatal { raise(.contactSupport, .critical, .line) }
                continue
            }
            if !nvlink5.contains(decoding) { nvlink5.append(decoding) }
            followsRecovery = followsRecovery || decoding.row.action == nil
            let severity: Severity = decoding.row.severity == .nonfatal ? .warning : .critical
            raise(decoding.row.action ?? .none, severity, .nvlink5Table)
        }
        let investigate = Set(nvlink5.map(\.row.investigate)).subtracting(["NONE"]).sorted()
        if !investigate.isEmpty { lookNext = "NVIDIA: " + investigate.joined(separator: ", ") + ". " + lookNext }
    }

    /// Takes over what is more urgent: a reset before a call for support before nothing.
    private mutating func raise(_ new: Action, _ level: Severity, _ reason: ActionReason) {
        severity = max(severity, level)
        let ranks: [Action] = [.none, .contactSupport, .resetGPU]
        let isWorse = (ranks.firstIndex(of: new) ?? 0) > (ranks.firstIndex(of: action) ?? 0)
        if isWorse || action == new { why = reason }
        if isWorse { action = new }
    }

    private init(_ burst: FaultBurst, _ entry: SXidEntry) {
        let isThermal = (10_004...10_006).contains(entry.number) || (28_001...28_005).contains(entry.number)
        let rating = burst.rating ?? (entry.rating == .fatal ? .fatal : entry.rating == .nonFatal ? .nonFatal : nil)
        name = "NVSwitch: " + entry.name
        faultClass = isThermal ? .thermal : .nvswitch
        origin = .hardware
        meaning = entry.area.isEmpty ? "An NVSwitch error" : "An error in the NVSwitch's \(entry.area)"
        why = burst.rating != nil ? .line : entry.isKnown ? .catalogue : .unknownNumber
        notes = entry.notes
        let isHarmless = rating == .correctable || (rating == .nonFatal && entry.isSafeToIgnore)
        severity = rating == .fatal ? .critical : isHarmless ? .info : .warning
        action = entry.action
        switch rating {
        case .fatal where action == .none || action == .restartApp: action = .resetGPU
        case .nonFatal where action.isReset && entry.rating != .nonFatal, .correctable: action = .none
        default: break
        }
        lookNext =
            rating == .fatal
            ? "Stop work on the GPUs of that port (a trunk port: of every partition that crosses it); expect Xid 74 on them"
            : "Whether more of them come, and Xid 74 on the GPUs behind that port"
    }

    private init(_ meaning: DriverMeaning, _ burst: FaultBurst) {
        name = meaning.name
        faultClass = meaning.faultClass
        origin = meaning.origin
        severity = .info
        if case .driver(let fault) = burst.sample { severity = fault.severity }
        self.meaning = meaning.meaning
        action = meaning.action
        why = .driverMessage
        lookNext = meaning.lookNext
    }

    private init(_ fault: PCIeFault, _ burst: FaultBurst) {
        name = fault.name
        faultClass = .bus
        origin = .hardware
        severity = fault.severity
        meaning = "The kernel's PCIe error reporting about this device"
        why = .driverMessage
        lookNext = "Read the AER counters of the GPU and of the port above it; check slot, riser and power"
        switch fault {
        case .corrected, .recovered, .detail: action = .none
        case .uncorrected: action = .checkPCIe
        case .fatal, .recoveryFailed, .containment, .linkDown: action = .rebootNode
        }
        let perHour = Self.perHour(burst)
        if fault == .corrected, perHour > 100 {
            (severity, action, why) = (.warning, .checkPCIe, .rate(perHour: perHour))
        }
    }

    private static func perHour(_ burst: FaultBurst) -> Int {
        let length = max(burst.last.microseconds(since: burst.first) ?? 0, 0)
        let hours = max(1, Double(length) / 3_600_000_000)
        return Int(min(Double(burst.count) / hours, 1e9))
    }
}
