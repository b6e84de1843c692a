import JSON

/// Compares a value with the part of JSON Schema that tool arguments use, and tidies it on the way.
///
/// Known keywords: type, enum, const, anyOf, oneOf, minimum, maximum, exclusiveMinimum, exclusiveMaximum, minLength,
/// maxLength, items, minItems, maxItems, properties, required, additionalProperties (false). Others are not looked at.
struct SchemaCheck {
    /// The first few as whole sentences, in the order of the schema.
    private(set) var problems: [String] = []
    /// How many there are in all.
    private(set) var problemCount = 0
    /// Whether values that only need another spelling are given it.
    let tidies: Bool

    init(tidies: Bool = true) { self.tidies = tidies }

    /// - Parameter problem: worded only where it is told: arguments can have more faults than anybody reads, and the nearest
    ///   match for each of them would hold up whoever else is served.
    mutating func add(_ problem: @autoclosure () -> String) {
        problemCount += 1
        if problems.count < ArgumentFault.mostTold { problems.append(problem()) }
    }

    /// The value as the schema wants it; as it came, with a problem noted, where that cannot be.
    mutating func check(_ value: JSONValue, _ schema: JSONValue, at path: String) -> JSONValue {
        guard let schema = schema.objectValue else { return value }
        if let alternatives = schema["anyOf"]?.arrayValue ?? schema["oneOf"]?.arrayValue {
            return checkAlternatives(value, alternatives, at: path)
        }
        if let choices = schema["enum"]?.arrayValue ?? schema["const"].map({ [$0] }) {
            return checkChoice(value, choices, at: path)
        }
        guard let typed = read(value, schema["type"]) else {
            add("Argument \"\(path)\" is \(shown(value)), which is not \(Self.named(Self.types(schema["type"]))).")
            return value
        }
        checkBounds(typed, schema, at: path)
        return checkParts(typed, schema, at: path)
    }

    private mutating func checkParts(_ value: JSONValue, _ schema: JSONObject, at path: String) -> JSONValue {
        switch value {
        case .object(let object):
            return .object(check(object, schema, at: path))
        case .array(let elements):
            guard let items = schema["items"], elements.count <= Self.mostElements(schema) ?? .max else { return value }
            return .array(elements.enumerated().map { check($1, items, at: "\(path)[\($0)]") })
        default:
            return value
        }
    }

    private mutating func checkAlternatives(
        _ value: JSONValue, _ alternatives: [JSONValue], at path: String
    ) -> JSONValue {
        // What fits as it stands goes before what fits when tidied.
        for tidies in tidies ? [false, true] : [false] {
            for alternative in alternatives {
                var trial = SchemaCheck(tidies: tidies)
                let checked = trial.check(value, alternative, at: path)
                if trial.problems.isEmpty { return checked }
            }
        }
        add(
            "Argument \"\(path)\" is \(shown(value)); "
                + "it must be \(alternatives.map(Self.described).joined(separator: " or ")).")
        return value
    }

    private mutating func checkChoice(_ value: JSONValue, _ choices: [JSONValue], at path: String) -> JSONValue {
        if choices.contains(value) { return value }
        if tidies, let choice = Self.sameChoice(value, choices) { return choice }
        add(
            "Argument \"\(path)\" is \(shown(value)); "
                + "choose one of \(Self.list(choices))\(Self.nearest(value, choices)).")
        return value
    }

    private static func sameChoice(_ value: JSONValue, _ choices: [JSONValue]) -> JSONValue? {
        choices.first { choice in
            guard let name = choice.stringValue else { return ValueCoercion.read(value, as: choice.typeName) == choice }
            return value.stringValue.map { NearestMatch.folded($0) == NearestMatch.folded(name) } ?? false
        }
    }

    private func read(_ value: JSONValue, _ type: JSONValue?) -> JSONValue? {
        let types = Self.types(type)
        if types.isEmpty || types.contains(where: { ValueCoercion.isOf($0, value) }) { return value }
        // A whole double is an integer whether or not values are tidied.
        if case .double = value, types.contains("integer") { return ValueCoercion.read(value, as: "integer") }
        guard tidies else { return nil }
        return types.lazy.compactMap { ValueCoercion.read(value, as: $0) }.first
    }

    private static func types(_ type: JSONValue?) -> [String] {
        switch type {
        case .string(let name): [name]
        case .array(let names): names.compactMap(\.stringValue)
        default: []
        }
    }
}

// Words for the problems.
extension SchemaCheck {
    private static func nearest(_ value: JSONValue, _ choices: [JSONValue]) -> String {
        let names = choices.compactMap(\.stringValue)
        let nearest = value.stringValue.flatMap { NearestMatch.of($0, in: names) }
        return nearest.map { " (nearest: \"\(shortened($0))\")" } ?? ""
    }

    private static func named(_ types: [String]) -> String {
        types.map { named($0) }.joined(separator: " or ")
    }

    private static func named(_ type: String) -> String {
        switch type {
        case "integer", "array", "object": "an \(type)"
        case "null": "null"
        default: "a \(type)"
        }
    }

    static func list(_ values: [JSONValue]) -> String {
        let shownValues = values.prefix(20).map { shown($0) }.joined(separator: ", ")
        return values.count > 20 ? shownValues + " and \(values.count - 20) more" : shownValues
    }

    private static func described(_ schema: JSONValue) -> String {
        if let choices = schema["enum"]?.arrayValue { return "one of " + list(choices) }
        let names = named(types(schema["type"]))
        guard let items = schema["items"] else { return names.isEmpty ? "another value" : names }
        return "\(names) (each \(described(items)))"
    }
}
