internal import JSON

/// One piece of a finding's evidence, as a line for people.
struct EvidenceLine {
    private let reading: String
    private let value: String
    private let threshold: String?
    private let source: String

    init(_ piece: JSONValue) {
        reading = piece["reading"]?.stringValue ?? ""
        value = piece["value"]?.stringValue ?? ""
        threshold = piece["threshold"]?.stringValue
        source = piece["source"]?.stringValue ?? ""
    }

    var text: String {
        if let (count, line) = logged { return "\(reading) (\(count)): \(line) [\(source)]" }
        return "\(reading) = \(value)\(threshold.map { " (\(word(for: $0)) \($0))" } ?? "") [\(source)]"
    }

    /// How often the kernel logged it and the line itself, where the value is `once: LINE` or `3 times: LINE`.
    private var logged: (count: Substring, line: Substring)? {
        guard source == "kernel_log", let colon = value.firstIndex(of: ":") else { return nil }
        let count = value[..<colon]
        guard count == "once" || count.hasSuffix(" times") else { return nil }
        return (count, value[colon...].dropFirst(2))
    }

    /// Numbers are limits, except for those that are a state, or what other GPUs have; words are states.
    private func word(for threshold: String) -> String {
        let isNumber = threshold.first.map { $0.isNumber || $0 == "-" } ?? false
        return isNumber && !Self.states.contains(reading) ? "limit" : "expected"
    }

    private static let states: Set<String> = [
        "recovery_action", "fabric_status", "memory_total_mib", "nvlink_active", "nvlink_count", "nvlink_speed_mbps",
        "pcie_generation", "pcie_width", "power_limit_enforced_w", "power_w",
    ]
}
