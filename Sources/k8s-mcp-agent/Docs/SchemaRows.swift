internal import JSON

/// A JSON Schema as lines of a table, one for each member, those of members within them after it.
struct SchemaRows {
    struct Row {
        let path: String
        let type: String
        let limits: String
        /// The words that it can be, if they are listed.
        let values: [String]
        let meaning: String
        let isRequired: Bool

        /// The member of the answer that it is, or is part of.
        var root: String { String(path.prefix { $0 != "." && $0 != "[" }) }

        var asArgument: [String] { ["`\(path)`", type, limits, (isRequired ? "*required* " : "") + meaning] }
        var asAnswer: [String] {
            let words = [isRequired ? "*always*" : "", limits, meaning].filter { !$0.isEmpty }
            return ["`\(path)`", type, words.joined(separator: "; ")]
        }
    }

    private(set) var rows: [Row] = []
    /// Members that stand for others of the same form and would only repeat them.
    private static let repeated: Set<String> = ["all_devices"]

    init(_ schema: JSONValue) { add(schema, prefix: "") }

    private mutating func add(_ schema: JSONValue, prefix: String) {
        let required = Set((schema["required"]?.arrayValue ?? []).compactMap(\.stringValue))
        for member in schema["properties"]?.objectValue ?? [:] {
            let path = prefix + member.key
            rows.append(
                Row(
                    path: path, type: Self.type(member.value), limits: Self.limits(member.value),
                    values: Self.values(member.value).map(Self.plain),
                    meaning: member.value["description"]?.stringValue ?? "", isRequired: required.contains(member.key)))
            guard !Self.repeated.contains(member.key) else { continue }
            add(member.value, prefix: path + ".")
            if let items = member.value["items"] { add(items, prefix: path + "[].") }
        }
    }

    private static func type(_ schema: JSONValue) -> String {
        let names =
            schema["type"]?.stringValue.map { [$0] } ?? schema["type"]?.arrayValue?.compactMap(\.stringValue) ?? []
        let type = names.joined(separator: " or ")
        guard names == ["array"], let items = schema["items"]?["type"]?.stringValue else { return type }
        return "array of \(items)"
    }

    private static func values(_ schema: JSONValue) -> [JSONValue] { schema["enum"]?.arrayValue ?? [] }

    /// More words than this are listed in one place only.
    private static let mostValues = 12

    private static func limits(_ schema: JSONValue) -> String {
        var words: [String] = []
        let values = values(schema)
        if values.count > mostValues {
            words.append("an action")
        } else if !values.isEmpty {
            words.append(values.map(code).joined(separator: ", "))
        }
        switch (schema["minimum"], schema["maximum"]) {
        case (let least?, let most?): words.append("\(plain(least)) to \(plain(most))")
        case (let least?, nil): words.append("at least \(plain(least))")
        case (nil, let most?): words.append("at most \(plain(most))")
        case (nil, nil): break
        }
        if let length = schema["maxLength"] { words.append("up to \(plain(length)) characters") }
        if let value = schema["default"] { words.append("default \(code(value))") }
        return words.joined(separator: "; ")
    }

    private static func code(_ value: JSONValue) -> String { "`\(plain(value))`" }

    private static func plain(_ value: JSONValue) -> String { value.stringValue ?? value.prettyPrinted() }
}
