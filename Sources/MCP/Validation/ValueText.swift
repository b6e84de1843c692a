import JSON

/// How a value from outside is shown in a message: as JSON, short, without control characters.
func shown(_ value: JSONValue, limit: Int = 80) -> String {
    shortened(String(decoding: value.encoded(), as: UTF8.self), limit: limit)
}

/// A text from outside, short and without control characters.
func shortened(_ text: String, limit: Int = 80) -> String {
    var kept = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        if kept.count >= limit { return String(kept) + "…" }
        let isControl = scalar.properties.generalCategory == .control
        kept.append(isControl ? " " : scalar)
    }
    return String(kept)
}
