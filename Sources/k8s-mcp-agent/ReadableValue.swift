internal import JSON

/// A value of an answer in the form that people read: the unit that its key names is written behind it.
enum ReadableValue {
    /// What stands for a text, a list or an object with nothing in it.
    private static let none = "none"

    /// - Parameter outer: the key of what the member is part of; its unit counts for members that name none (`min`, `max`).
    static func text(_ member: JSONObject.Member, in outer: String = "") -> String {
        let key = hasUnit(member.key) ? member.key : outer
        return switch member.value {
        case .string(let text): text.isEmpty ? none : text
        case .array(let elements) where elements.isEmpty: none
        case .object(let object) where object.isEmpty: none
        case .array(let elements):
            elements.map { text(.init(key: "", value: $0), in: key) }.joined(
                separator: elements.contains { $0.objectValue != nil } ? "; " : ",")
        case .object(let object): object.map { "\($0.key)=\(text($0, in: key))" }.joined(separator: " ")
        default: number(member.value, key)
        }
    }

    /// The members of an object, each by itself; anything else as one text.
    static func parts(_ member: JSONObject.Member) -> [String] {
        guard let object = member.value.objectValue, !object.isEmpty else { return [text(member)] }
        let key = hasUnit(member.key) ? member.key : ""
        return object.map { "\($0.key)=\(text($0, in: key))" }
    }

    private static func hasUnit(_ key: String) -> Bool { key.hasSuffix("_bytes") || unit(of: key) != nil }

    private static func number(_ value: JSONValue, _ key: String) -> String {
        let plain = String(decoding: value.encoded(), as: UTF8.self)
        guard let number = value.doubleValue else { return plain }
        if key.hasSuffix("_bytes") { return bytes(number) }
        return unit(of: key).map { "\(plain) \($0)" } ?? plain
    }

    /// In the largest unit of which there is at least one.
    private static func bytes(_ value: Double) -> String {
        let units: [(name: String, size: Double)] = [("GiB", 1_073_741_824), ("MiB", 1_048_576), ("KiB", 1_024)]
        guard let unit = units.first(where: { value >= $0.size }) else { return "\(rounded(value)) B" }
        return "\(rounded(value / unit.size)) \(unit.name)"
    }

    private static func unit(of key: String) -> String? {
        let units = [
            ("_c", "C"), ("_w", "W"), ("_j", "J"), ("_mhz", "MHz"), ("_percent", "%"), ("_ms", "ms"),
        ]
        return units.first { key.hasSuffix($0.0) }?.1
    }

    private static func rounded(_ value: Double) -> String {
        let tenths = (value * 10).rounded() / 10
        return tenths == tenths.rounded() && tenths.magnitude < 1e15 ? "\(Int64(tenths))" : "\(tenths)"
    }
}
