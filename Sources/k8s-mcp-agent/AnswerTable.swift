internal import JSON

/// An answer about GPUs as text for people: the head, what all GPUs share, then a table of what differs.
struct AnswerTable {
    private let answer: JSONValue
    private static let lineWidth = 120

    init(_ answer: JSONValue) { self.answer = answer }

    var text: String {
        var parts = [head]
        if let shared = answer["all_devices"]?.objectValue, !shared.isEmpty {
            parts.append("All GPUs\n" + list(Self.flattened(shared), indent: "  "))
        }
        if let devices = answer["devices"]?.arrayValue, !devices.isEmpty { parts.append(table(devices)) }
        parts += lists
        if let missing = answer["unavailable"]?.arrayValue { parts.append("Not available\n" + unavailable(missing)) }
        if let problems = answer["problems"]?.arrayValue {
            parts.append("Problems\n" + problems.map(problem).joined(separator: "\n"))
        }
        return parts.joined(separator: "\n\n")
    }

    private static let apart: Set<String> = ["all_devices", "devices", "unavailable", "problems"]

    private var head: String {
        guard let object = answer.objectValue else { return answer.prettyPrinted() }
        let short = object.filter { !Self.apart.contains($0.key) && !Self.isList($0.value) }
        return list(JSONObject(short.map { ($0.key, $0.value) }), indent: "")
    }

    /// What has entries with several members: one block for each entry.
    private var lists: [String] {
        (answer.objectValue ?? [:]).filter { !Self.apart.contains($0.key) && Self.isList($0.value) }.map { member in
            let blocks = (member.value.arrayValue ?? []).map { entry in
                "  - " + list(entry.objectValue ?? [:], indent: "    ").dropFirst(4)
            }
            return member.key + "\n" + blocks.joined(separator: "\n")
        }
    }

    private static func isList(_ value: JSONValue) -> Bool {
        value.arrayValue?.contains { $0.objectValue != nil } ?? false
    }

    private func list(_ object: JSONObject, indent: String) -> String {
        let width = object.map(\.key.count).max() ?? 0
        let gap = "\n" + indent + String(repeating: " ", count: width + 2)
        return object.map { member in
            let lines = Self.lines(member)
            // A drawing begins below its key, since its columns belong to each other.
            let isDrawing = member.value.stringValue != nil && lines.count > 1
            let start = indent + member.key + String(repeating: " ", count: width - member.key.count + 2)
            return isDrawing
                ? ([indent + member.key] + lines.map { indent + "  " + $0 }).joined(separator: "\n")
                : start + lines.joined(separator: gap)
        }.joined(separator: "\n")
    }

    private static func lines(_ member: JSONObject.Member) -> [String] {
        if let text = member.value.stringValue { return text.split(separator: "\n").map(String.init) }
        guard isList(member.value) else { return [ReadableValue.text(member)] }
        return (member.value.arrayValue ?? []).map { ReadableValue.text(.init(key: member.key, value: $0)) }
    }

    private func table(_ devices: [JSONValue]) -> String {
        let devices = devices.map { Self.flattened($0.objectValue ?? [:]) }
        var keys: [String] = []
        for device in devices {
            for member in device where !keys.contains(member.key) { keys.append(member.key) }
        }
        let rows = devices.map { device in
            keys.map { key in device[key].map { ReadableValue.text(.init(key: key, value: $0)) } ?? "-" }
        }
        let byGPU = TextTable(rows: [keys] + rows)
        guard byGPU.width > Self.lineWidth else { return byGPU.text }
        return TextTable(rows: keys.indices.map { column in [keys[column]] + rows.map { $0[column] } }).text
    }

    /// What has parts of several members gets a row for each part: `statistics.power_w`, `processes[0]`.
    private static func flattened(_ device: JSONObject) -> JSONObject {
        var flat = JSONObject()
        for member in device {
            switch member.value {
            case .object(let parts) where parts.contains(where: { $0.value.objectValue != nil }):
                for part in parts { flat.append("\(member.key).\(part.key)", part.value) }
            case .array(let elements) where elements.contains(where: { $0.objectValue != nil }):
                for (number, element) in elements.enumerated() { flat.append("\(member.key)[\(number)]", element) }
            default: flat.append(member.key, member.value)
            }
        }
        return flat
    }

    private func unavailable(_ missing: [JSONValue]) -> String {
        missing.map { entry in
            let gpu = entry["gpu"]?.stringValue ?? entry["gpu"]?.intValue.map { "GPU \($0)" } ?? ""
            return "  \(gpu): \(entry["reading"]?.stringValue ?? "") (\(entry["reason"]?.stringValue ?? ""))"
        }.joined(separator: "\n")
    }

    private func problem(_ problem: JSONValue) -> String {
        let evidence = (problem["evidence"]?.arrayValue ?? []).compactMap(\.stringValue).map { "\n    \($0)" }.joined()
        return "  \(problem["message"]?.stringValue ?? "")\(evidence)\n    -> \(problem["remedy"]?.stringValue ?? "")"
    }
}

/// Columns of text.
struct TextTable {
    let rows: [[String]]
    private let widths: [Int]

    init(rows: [[String]]) {
        self.rows = rows
        widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    }

    var width: Int { widths.reduce(0, +) + 2 * max(0, widths.count - 1) }

    var text: String {
        rows.map { row in
            let cells = zip(row, widths).map { cell, width in cell + String(repeating: " ", count: width - cell.count) }
            var line = cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }
}
