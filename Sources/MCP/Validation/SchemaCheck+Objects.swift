import JSON

extension SchemaCheck {
    /// An object's members in the order they came, tidied; null stands for absent where the schema does not ask for null.
    mutating func check(_ object: JSONObject, _ schema: JSONObject, at path: String) -> JSONObject {
        let properties = schema["properties"]?.objectValue ?? [:]
        var checked = JSONObject()
        for member in object {
            guard let key = known(member.key, properties, schema, besides: object, at: path) else { continue }
            let part = properties[key]
            if member.value.isNull, let part, !Self.allowsNull(part) { continue }
            let place = Self.join(path, key)
            checked.append(key, part.map { check(member.value, $0, at: place) } ?? member.value)
        }
        checkRequired(checked, properties, schema, at: path)
        return checked
    }

    /// The schema's spelling of a key; nil, with a problem noted, where the schema has none and allows no others.
    private mutating func known(
        _ key: String, _ properties: JSONObject, _ schema: JSONObject, besides object: JSONObject, at path: String
    ) -> String? {
        if properties[key] != nil { return key }
        let folded = NearestMatch.folded(key)
        let same = properties.first { NearestMatch.folded($0.key) == folded && object[$0.key] == nil }
        if tidies, let same { return same.key }
        guard schema["additionalProperties"] == false else { return key }
        let names = properties.map(\.key)
        let hint = NearestMatch.of(key, in: names).map { "; did you mean \"\($0)\"?" } ?? "."
        let known = names.isEmpty ? "It takes no arguments." : "Known: \(Self.list(names.map { .string($0) }))."
        add("Argument \"\(shortened(Self.join(path, key)))\" is unknown\(hint) \(known)")
        return nil
    }

    private mutating func checkRequired(
        _ object: JSONObject, _ properties: JSONObject, _ schema: JSONObject, at path: String
    ) {
        for key in schema["required"]?.arrayValue?.compactMap(\.stringValue) ?? [] where object[key] == nil {
            add("Argument \"\(Self.join(path, key))\" is missing\(Self.hint(properties[key])).")
        }
    }

    private static func hint(_ schema: JSONValue?) -> String {
        if let choices = schema?["enum"]?.arrayValue { return " (one of \(list(choices)))" }
        let words = [schema?["type"]?.stringValue, schema?["description"]?.stringValue.map { shortened($0) }]
        let told = words.compactMap(\.self).joined(separator: ": ")
        return told.isEmpty ? "" : " (\(told))"
    }

    private static func allowsNull(_ schema: JSONValue) -> Bool {
        switch schema["type"] {
        case .string("null"): true
        case .array(let types): types.contains("null")
        default: false
        }
    }

    private static func join(_ path: String, _ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
}

extension Tool {
    /// The arguments as the handler gets them, or why it does not.
    func checkedArguments(_ arguments: JSONObject) -> Result<JSONObject, ArgumentFault> {
        var check = SchemaCheck()
        let checked = check.check(arguments, inputSchema.objectValue ?? [:], at: "")
        guard check.problems.isEmpty else { return .failure(ArgumentFault(tool: name, problems: check.problems)) }
        return .success(checked)
    }
}
