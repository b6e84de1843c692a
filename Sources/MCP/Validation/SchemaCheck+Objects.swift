import JSON

extension SchemaCheck {
    /// An object's members in the order they came, tidied; null stands for absent where the schema does not ask for null.
    mutating func check(_ object: JSONObject, _ schema: JSONObject, at path: String) -> JSONObject {
        let properties = schema["properties"]?.objectValue ?? [:]
        var spellings = Spellings(properties)
        var checked = JSONObject()
        for member in object {
            guard let key = known(member.key, &spellings, schema, besides: object, at: path) else { continue }
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
        _ key: String, _ spellings: inout Spellings, _ schema: JSONObject, besides object: JSONObject, at path: String
    ) -> String? {
        if spellings.properties[key] != nil { return key }
        if tidies, let same = spellings.same(as: key, besides: object) { return same }
        guard schema["additionalProperties"] == false else { return key }
        add(Self.unknown(key, among: spellings.properties.map(\.key), at: path))
        return nil
    }

    private static func unknown(_ key: String, among names: [String], at path: String) -> String {
        let hint = NearestMatch.of(key, in: names).map { "; did you mean \"\($0)\"?" } ?? "."
        let known = names.isEmpty ? "It takes no arguments." : "Known: \(list(names.map { .string($0) }))."
        return "Argument \"\(shortened(join(path, key)))\" is unknown\(hint) \(known)"
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

/// The keys of a schema, and who meant which of them.
private struct Spellings {
    let properties: JSONObject
    /// Made out once, and only where a key comes that is not the schema's own.
    private lazy var folded: [(key: String, bytes: [UInt8])] = properties.map { member in
        (key: member.key, bytes: NearestMatch.folded(member.key))
    }

    init(_ properties: JSONObject) { self.properties = properties }

    /// The key that differs only in its spelling, if it is not there itself.
    mutating func same(as key: String, besides object: JSONObject) -> String? {
        let wanted = NearestMatch.folded(key)
        return folded.first { $0.bytes == wanted && object[$0.key] == nil }?.key
    }
}

extension Tool {
    /// The arguments as the handler gets them, or why it does not.
    func checkedArguments(_ arguments: JSONObject) -> Result<JSONObject, ArgumentFault> {
        var check = SchemaCheck()
        let checked = check.check(arguments, inputSchema.objectValue ?? [:], at: "")
        guard check.problems.isEmpty else {
            return .failure(ArgumentFault(tool: name, problems: check.problems, of: check.problemCount))
        }
        return .success(checked)
    }
}
