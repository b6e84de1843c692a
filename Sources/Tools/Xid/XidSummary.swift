internal import Diagnosis
internal import Snapshots

/// The answer in one or two sentences.
struct XidSummary {
    private let answer: XidAnswer

    init(_ answer: XidAnswer) { self.answer = answer }

    var text: String {
        [faults, injected, gaps, zone].compactMap { $0 }.joined(separator: " ")
    }

    private var faults: String {
        let (groups, roots) = (answer.selection.groups, answer.selection.roots)
        // Of several that are as grave, the one that needs most.
        let gravest = roots.filter { $0.severity == roots.first?.severity }
        guard let worst = gravest.max(by: { $0.action.urgency < $1.action.urgency }) else {
            return "\(period): nothing \(isFiltered ? "of that kind" : "about GPU faults") in the kernel log."
        }
        let lines = groups.reduce(UInt64(0)) { $0 &+ $1.count }
        var counts = Severity.allCases.reversed().compactMap { severity -> String? in
            let count = roots.filter { $0.severity == severity }.count
            return count == 0 ? nil : "\(count) \(severity.rawValue)"
        }
        let followers = groups.count - roots.count
        if followers > 0 { counts.append("\(followers) following from \(roots.count == 1 ? "it" : "them")") }
        let action = worst.action == .none ? " Nothing to do for it." : " First: \(worst.action.rawValue)."
        return "\(period): \(counts.joined(separator: ", ")) (\(lines) line\(lines == 1 ? "" : "s")). "
            + "Worst: \(worst.code.label) \(worst.name)\(place(worst)), cause \(worst.cause.rawValue).\(action)"
    }

    private func place(_ group: FaultGroup) -> String {
        guard let busID = group.busID else { return "" }
        guard let gpu = answer.gpus[busID] else { return " at \(busID)" }
        let lost = gpu.isListed == false ? ", which NVML does not list" : ""
        return " on \(gpu.index.map { "GPU \($0) (\(busID))" } ?? "GPU \(busID)")\(lost)"
    }

    private var isFiltered: Bool {
        !answer.arguments.numbers.isEmpty || !answer.arguments.selectors.isEmpty || answer.arguments.minimum > .info
    }

    private var period: String {
        answer.arguments.since.map { "Since \(WallClock.rfc3339($0))" } ?? "This boot"
    }

    private var injected: String? {
        let count = answer.selection.injected.reduce(UInt64(0)) { $0 &+ $1.count }
        return count == 0
            ? nil : "\(count) line\(count == 1 ? "" : "s") that would name a fault came from a program: not evidence."
    }

    private var zone: String? {
        answer.selection.hasLocalTimes
            ? "Times without Z are local time of a zone that the log does not name." : nil
    }

    private var gaps: String? {
        answer.log.reachesBackToBoot
            ? nil : "The log no longer reaches back to the boot: older faults are unknown."
    }
}
