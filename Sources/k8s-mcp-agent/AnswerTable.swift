internal import JSON

/// An answer about GPUs as text for people: the head, what all GPUs share, then what differs: a table, or where that would be
/// too wide a block for each GPU.
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
        let room = max(40, Self.lineWidth - indent.count - width - 2)
        return object.map { member in
            let lines = Self.lines(member, room)
            // A drawing begins below its key, since its columns belong to each other.
            let isDrawing = member.value.stringValue != nil && lines.count > 1
            let start = indent + member.key + String(repeating: " ", count: width - member.key.count + 2)
            return isDrawing
                ? ([indent + member.key] + lines.map { indent + "  " + $0 }).joined(separator: "\n")
                : start + lines.joined(separator: gap)
        }.joined(separator: "\n")
    }

    private static func lines(_ member: JSONObject.Member, _ room: Int) -> [String] {
        if let text = member.value.stringValue, !text.isEmpty { return text.split(separator: "\n").map(String.init) }
        guard isList(member.value) else { return filled(ReadableValue.parts(member), room) }
        return (member.value.arrayValue ?? []).flatMap { element in
            filled(ReadableValue.parts(.init(key: member.key, value: element)), room)
        }
    }

    /// Parts in as few lines as have room for them; all but the first are indented.
    private static func filled(_ parts: [String], _ room: Int) -> [String] {
        var lines: [String] = []
        for part in parts {
            if let last = lines.last, last.count + 1 + part.count <= room {
                lines[lines.count - 1] = last + " " + part
            } else {
                lines.append(lines.isEmpty ? part : "  " + part)
            }
        }
        return lines
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
        let byReading = TextTable(rows: keys.indices.map { column in [keys[column]] + rows.map { $0[column] } })
        let table = [byGPU, byReading].first { $0.width <= Self.lineWidth }
        return table?.text ?? devices.map(block).joined(separator: "\n\n")
    }

    /// One GPU by itself.
    private func block(_ device: JSONObject) -> String {
        guard let index = device["index"]?.intValue else { return "GPU\n" + list(device, indent: "  ") }
        let others = device.filter { $0.key != "index" }
        return "GPU \(index)\n" + list(JSONObject(others.map { ($0.key, $0.value) }), indent: "  ")
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
