import JSON

extension SchemaCheck {
    mutating func checkBounds(_ value: JSONValue, _ schema: JSONObject, at path: String) {
        switch value {
        case .int, .uint, .double:
            checkRange(value, schema, at: path)
        case .string(let text):
            checkCount(text.unicodeScalars.count, schema, "Length", "character", value, at: path)
        case .array(let elements):
            checkCount(elements.count, schema, "Items", "element", value, at: path)
        default:
            break
        }
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
        _ count: Int, _ schema: JSONObject, _ keyword: String, _ unit: String, _ value: JSONValue, at path: String
    ) {
        if let least = schema["min" + keyword]?.intValue, count < least {
            add("Argument \"\(path)\" is \(shown(value)); it needs at least \(least) \(unit)\(least == 1 ? "" : "s").")
        }
        if let most = schema["max" + keyword]?.intValue, count > most {
            add("Argument \"\(path)\" has \(count) \(unit)s; at most \(most) are allowed.")
        }
    }
}
