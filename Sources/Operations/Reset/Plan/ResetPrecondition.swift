/// One condition of a reset, and whether it holds.
package struct ResetPrecondition: Sendable, Hashable {
    /// What it is a condition for.
    package enum Weight: String, Sendable, Hashable {
        /// Hardware, the kernel or somebody's work would suffer; no `force` lifts it.
        case danger
        /// A rule that a person may lift with `force`.
        case policy
        /// Told, and never in the way.
        case note
    }

    package enum Verdict: String, Sendable, Hashable {
        case holds
        case fails
        /// It could not be found out, which counts as failing.
        case unknown
    }

    /// One word for programs: `clients`, `nvlink`, ...
    package let name: String
    package let weight: Weight
    package let verdict: Verdict
    /// What was found.
    package let found: String
    /// What to do about it; nil when it holds.
    package let remedy: String?

    init(_ name: String, _ weight: Weight, _ verdict: Verdict, _ found: String, remedy: String? = nil) {
        self.name = name
        self.weight = weight
        self.verdict = verdict
        self.found = found
        self.remedy = remedy
    }

    static func holds(_ name: String, _ found: String) -> ResetPrecondition {
        ResetPrecondition(name, .note, .holds, found)
    }

    static func danger(_ name: String, _ found: String, remedy: String, isUnknown: Bool = false) -> ResetPrecondition {
        ResetPrecondition(name, .danger, isUnknown ? .unknown : .fails, found, remedy: remedy)
    }

    static func policy(_ name: String, _ found: String, remedy: String, isUnknown: Bool = false) -> ResetPrecondition {
        ResetPrecondition(name, .policy, isUnknown ? .unknown : .fails, found, remedy: remedy)
    }

    static func note(_ name: String, _ found: String, remedy: String? = nil) -> ResetPrecondition {
        ResetPrecondition(name, .note, remedy == nil ? .holds : .fails, found, remedy: remedy)
    }

    /// Whether it stands in the way.
    package func blocks(isForced: Bool) -> Bool {
        guard verdict != .holds else { return false }
        return weight == .danger || (weight == .policy && !isForced)
    }
}

/// Judges all preconditions of a reset; pure.
package enum ResetRules {
    /// Every precondition, those that hold too, in the order in which a person would go through them.
    package static func preconditions(_ facts: ResetFacts) -> [ResetPrecondition] {
        [
            rights(facts), platform(facts), tool(facts), identity(facts), driver(facts), presence(facts),
            clients(facts), persistence(facts), ownership(facts), virtualization(facts), confidentialComputing(facts),
            nvlink(facts), switchFaults(facts),
            mig(facts),
            bridge(facts), siblings(facts), unbindLock(facts), resetMethod(facts), recovery(facts), loopGuard(facts),
            scheduling(facts), otherJobs(facts),
        ].compactMap { $0 }
    }
}
