internal import JSON

/// A value of an answer in the form that people read: the unit that its key names is written behind it.
enum ReadableValue {
    static func text(_ member: JSONObject.Member) -> String {
        switch member.value {
        case .string(let text): text
        case .array(let elements):
            elements.map { text(.init(key: "", value: $0)) }.joined(
                separator: elements.contains { $0.objectValue != nil } ? "; " : ",")
        case .object(let object): object.map { "\($0.key)=\(text($0))" }.joined(separator: " ")
        default: number(member)
        }
    }

    private static func number(_ member: JSONObject.Member) -> String {
        let plain = String(decoding: member.value.encoded(), as: UTF8.self)
        guard let value = member.value.doubleValue else { return plain }
        if member.key.hasSuffix("_bytes") { return "\(rounded(value / 1_073_741_824)) GiB" }
        return unit(of: member.key).map { "\(plain) \($0)" } ?? plain
    }

    private static func unit(of key: String) -> String? {
        let units = [
            ("_c", "C"), ("_w", "W"), ("_j", "J"), ("_mhz", "MHz"), ("_percent", "%"), ("_ms", "ms"),
        ]
        return units.first { key.hasSuffix($0.0) }?.1
    }

    private static func rounded(_ value: Double) -> String {
        let tenths = (value * 10).rounded() / 10
        return tenths == tenths.rounded() && tenths < 1e15 ? "\(Int64(tenths))" : "\(tenths)"
    }
}
