import JSON

/// Reads a value as the type that a schema wants where a model wrote it a little differently.
enum ValueCoercion {
    /// Whether the value is of a JSON Schema type as it stands. A whole double is an integer there.
    static func isOf(_ type: String, _ value: JSONValue) -> Bool {
        switch (type, value) {
        case ("null", .null), ("boolean", .bool), ("string", .string), ("array", .array), ("object", .object): true
        case ("integer", .int), ("integer", .uint), ("number", .int), ("number", .uint), ("number", .double): true
        default: false
        }
    }

    /// The value as that type: `"3"` and `3.0` as the integer 3, `7` as the string `"7"`, `x` as the array `[x]`.
    static func read(_ value: JSONValue, as type: String) -> JSONValue? {
        if isOf(type, value) { return value }
        switch type {
        case "integer": return integer(value)
        case "number": return number(value)
        case "boolean": return boolean(value)
        case "string": return string(value)
        case "array": return scalarKinds.contains(value.typeName) ? .array([value]) : nil
        default: return nil
        }
    }

    private static let scalarKinds: Set<String> = ["string", "integer", "number"]

    private static func integer(_ value: JSONValue) -> JSONValue? {
        switch value {
        case .double(let number): Int64(exactly: number).map { .int($0) }
        case .string(let text): Int64(trimmed(text)).map { .int($0) }
        default: nil
        }
    }

    private static func number(_ value: JSONValue) -> JSONValue? {
        guard case .string(let text) = value, let read = try? JSONParser.parse(trimmed(text)) else { return nil }
        return isOf("number", read) ? read : nil
    }

    private static func boolean(_ value: JSONValue) -> JSONValue? {
        switch value.stringValue.map({ trimmed($0).lowercased() }) {
        case "true": .bool(true)
        case "false": .bool(false)
        default: nil
        }
    }

    private static func string(_ value: JSONValue) -> JSONValue? {
        switch value {
        case .int(let integer): .string(String(integer))
        case .uint(let integer): .string(String(integer))
        default: nil
        }
    }

    private static func trimmed(_ text: String) -> String {
        guard let first = text.firstIndex(where: { !$0.isWhitespace }),
            let last = text.lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(text[first...last])
    }
}
