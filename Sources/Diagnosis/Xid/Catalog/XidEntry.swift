/// What the catalogue knows about one Xid number: one row of xid.tsv.
package struct XidEntry: Sendable, Hashable {
    /// How the log line changes what the row says.
    package enum Rule: String, Sendable, Hashable {
        case none = "-"
        /// Clean-up: the Xid before it tells the cause.
        case follower
        /// The action is in the words of the line (144 to 150).
        case nvlink5
        /// The line names the action (154).
        case recoveryAction = "recovery_action"
        /// The line says whether a reset is needed (94, 95).
        case containment
    }

    package let number: UInt32
    package let name: String
    /// The name in the driver's nverror.h.
    package let mnemonic: String
    package let faultClass: FaultClass
    package let origin: FaultOrigin
    /// Nil: the line decides.
    package let severity: Severity?
    package let action: Action
    package let rule: Rule
    /// NVIDIA's first bucket, as its catalogue writes it; empty where it has none.
    package let nvidiaImmediate: String
    /// NVIDIA's second bucket; empty where it has none.
    package let nvidiaInvestigate: String
    package let meaning: String
    /// What to look at next; may be empty.
    package let lookNext: String
    package let related: [UInt32]
    package let generations: String
    /// Where the known sources disagree; may be empty.
    package let notes: String
    /// False for a number that the catalogue does not have.
    package let isKnown: Bool

    /// The row, or nil where it is malformed.
    init?(columns: [String]) {
        guard columns.count == 15, let number = UInt32(columns[0]), let faultClass = FaultClass(rawValue: columns[3]),
            let origin = FaultOrigin(rawValue: columns[4]), let action = Action(rawValue: columns[6]),
            let rule = Rule(rawValue: columns[7]), columns[5] == "by_line" || Severity(rawValue: columns[5]) != nil
        else { return nil }
        func text(_ index: Int) -> String { columns[index] == "-" ? "" : columns[index] }
        let related = text(12).split(separator: ",").map { UInt32($0) }
        guard !related.contains(nil) else { return nil }
        self.number = number
        name = columns[1]
        mnemonic = text(2)
        self.faultClass = faultClass
        self.origin = origin
        severity = Severity(rawValue: columns[5])
        self.action = action
        self.rule = rule
        nvidiaImmediate = text(8)
        nvidiaInvestigate = text(9)
        meaning = columns[10]
        lookNext = text(11)
        self.related = related.compactMap(\.self)
        generations = text(13)
        notes = text(14)
        isKnown = true
    }

    /// The entry for a number that the catalogue lacks: shown raw, with support as the action.
    init(unknown number: UInt32) {
        self.number = number
        name = "Unknown Xid \(number)"
        mnemonic = ""
        faultClass = .unknown
        origin = .either
        severity = .warning
        action = .contactSupport
        rule = .none
        nvidiaImmediate = ""
        nvidiaInvestigate = ""
        meaning = "A number that this version's catalogue does not have"
        lookNext = "Read the raw line and the release notes of the driver"
        related = []
        generations = ""
        notes = ""
        isKnown = false
    }
}
