import JSON

extension SchemaCheck {
    mutating func checkBounds(_ value: JSONValue, _ schema: JSONObject, at path: String) {
        switch value {
        case .int, .uint, .double:
            checkRange(value, schema, at: path)
        case .string(let text):
            let most = schema["maxLength"]?.intValue
            checkCount(text.unicodeScalars.count, schema, "Length", "character", value, most: most, at: path)
        case .array(let elements):
            checkCount(elements.count, schema, "Items", "element", value, most: Self.mostElements(schema), at: path)
        default:
            break
        }
    }

    /// How many elements an array may have; nil where any number is fine, since none of them is looked at.
    ///
    /// Where the schema names no limit there is still one: a message has room for millions, and looking at them would hold up
    /// whoever else is served.
    static func mostElements(_ schema: JSONObject) -> Int64? {
        schema["maxItems"]?.intValue ?? (schema["items"] == nil ? nil : 10_000)
    }

    private mutating func checkRange(_ value: JSONValue, _ schema: JSONObject, at path: String) {
        guard let number = value.doubleValue else { return }
        let isLow = schema["minimum"]?.doubleValue.map { number < $0 } ?? false
        let isHigh = schema["maximum"]?.doubleValue.map { number > $0 } ?? false
        let isAtFloor = schema["exclusiveMinimum"]?.doubleValue.map { number <= $0 } ?? false
        let isAtCeiling = schema["exclusiveMaximum"]?.doubleValue.map { number >= $0 } ?? false
        guard isLow || isHigh || isAtFloor || isAtCeiling else { return }
        add("Argument \"\(path)\" is \(shown(value)); it must be \(Self.range(schema)).")
    }

    private static func range(_ schema: JSONObject) -> String {
        let words = [
            ("minimum", "at least"), ("exclusiveMinimum", "above"), ("maximum", "at most"),
            ("exclusiveMaximum", "below"),
        ]
        return words.compactMap { keyword, word in schema[keyword].map { "\(word) \(shown($0))" } }
            .joined(separator: " and ")
    }

    private mutating func checkCount(
        _ count: Int, _ schema: JSONObject, _ keyword: String, _ unit: String, _ value: JSONValue, most: Int64?,
        at path: String
    ) {
        if let least = schema["min" + keyword]?.intValue, count < least {
            add("Argument \"\(path)\" is \(shown(value)); it needs at least \(least) \(unit)\(least == 1 ? "" : "s").")
        }
        if let most, count > most {
            add("Argument \"\(path)\" has \(count) \(unit)s; at most \(most) are allowed.")
        }
    }
}
