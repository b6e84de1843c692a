internal import JSON

/// Short forms for the JSON schemas of arguments and answers.
enum Schema {
    /// An object with exactly these properties.
    static func object(
        _ properties: [(String, JSONValue)], required: [String] = [], _ description: String? = nil
    ) -> JSONValue {
        var object = JSONObject()
        object.append("type", "object")
        if let description { object.append("description", .string(description)) }
        object.append("properties", .object(JSONObject(properties)))
        if !required.isEmpty { object.append("required", .array(required.map { .string($0) })) }
        object.append("additionalProperties", false)
        return .object(object)
    }

    static func array(_ items: JSONValue, _ description: String? = nil) -> JSONValue {
        typed("array", description, [("items", items)])
    }

    static func string(_ description: String? = nil) -> JSONValue { typed("string", description) }
    static func number(_ description: String? = nil) -> JSONValue { typed("number", description) }
    static func boolean(_ description: String? = nil) -> JSONValue { typed("boolean", description) }

    /// An integer, within bounds if there are any.
    static func integer(_ description: String? = nil, _ bounds: ClosedRange<Int>? = nil, default: Int? = nil)
        -> JSONValue
    {
        var further: [(String, JSONValue)] = []
        if let bounds {
            further = [("minimum", JSONValue(bounds.lowerBound)), ("maximum", JSONValue(bounds.upperBound))]
        }
        if let value = `default` { further.append(("default", JSONValue(value))) }
        return typed("integer", description, further)
    }

    static func choice(_ values: [String], _ description: String? = nil, default: String? = nil) -> JSONValue {
        var further: [(String, JSONValue)] = [("enum", .array(values.map { .string($0) }))]
        if let value = `default` { further.append(("default", .string(value))) }
        return typed("string", description, further)
    }

    static func typed(_ type: String, _ description: String?, _ further: [(String, JSONValue)] = []) -> JSONValue {
        var object = JSONObject([("type", .string(type))])
        if let description { object.append("description", .string(description)) }
        for (key, value) in further { object.append(key, value) }
        return .object(object)
    }

    /// Properties of one type, for readings whose names say all.
    static func properties(_ schema: JSONValue, _ keys: String...) -> [(String, JSONValue)] {
        keys.map { ($0, schema) }
    }
}
