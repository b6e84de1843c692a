internal import JSON

extension ObjectReader {
    /// A number, a flag, or text in hexadecimal ("0x1aa"); it may move with time.
    mutating func number(_ key: String) throws(ScenarioError) -> NumericReading {
        try reading(key) { value, path throws(ScenarioError) in try Signal(value, at: path) }
    }

    /// One name of a list (or its number).
    mutating func choice(_ key: String, _ names: NameTable) throws(ScenarioError) -> NumericReading {
        try reading(key) { value, path throws(ScenarioError) in
            guard let name = value.stringValue else { return try Signal(value, at: path) }
            return Signal(try names.number(of: name, at: path))
        }
    }

    /// A list of names whose bits are joined (or the bits as a number).
    mutating func bits(_ key: String, _ names: NameTable) throws(ScenarioError) -> NumericReading {
        try reading(key) { value, path throws(ScenarioError) in
            guard let list = value.arrayValue else { return try Signal(value, at: path) }
            var mask: Int64 = 0
            for (index, element) in list.enumerated() {
                let place = "\(path)[\(index)]"
                guard let name = element.stringValue else { throw ScenarioError("expected a name", at: place) }
                mask |= try names.number(of: name, at: place)
            }
            return Signal(mask)
        }
    }

    mutating func text(_ key: String) throws(ScenarioError) -> TextReading {
        try reading(key) { value, path throws(ScenarioError) in Text(try Self.string(value, at: path)) }
    }

    mutating func string(_ key: String) throws(ScenarioError) -> String? {
        guard let value = take(key) else { return nil }
        return try Self.string(value, at: place(key))
    }

    mutating func integer(_ key: String) throws(ScenarioError) -> Int? {
        guard let value = take(key) else { return nil }
        let signal = try Signal(value, at: place(key))
        guard !signal.moves else { throw ScenarioError("must not move with time", at: place(key)) }
        return Int(signal.start)
    }

    mutating func flag(_ key: String, _ fallback: Bool) throws(ScenarioError) -> Bool {
        guard let value = take(key) else { return fallback }
        guard let flag = value.boolValue else {
            throw ScenarioError("expected true or false, found \(value.typeName)", at: place(key))
        }
        return flag
    }

    mutating func seconds(_ key: String) throws(ScenarioError) -> Double? {
        guard let value = take(key) else { return nil }
        guard let number = value.doubleValue, number >= 0 else {
            throw ScenarioError("expected a number of seconds, 0 or more", at: place(key))
        }
        return number
    }

    mutating func strings(_ key: String) throws(ScenarioError) -> [String] {
        var strings: [String] = []
        for (index, value) in try array(key).enumerated() {
            strings.append(try Self.string(value, at: "\(place(key))[\(index)]"))
        }
        return strings
    }

    mutating func numbers(_ key: String) throws(ScenarioError) -> [UInt64] {
        var numbers: [UInt64] = []
        for (index, value) in try array(key).enumerated() {
            numbers.append(UInt64(bitPattern: try Signal(value, at: "\(place(key))[\(index)]").start))
        }
        return numbers
    }

    private static func string(_ value: JSONValue, at path: String) throws(ScenarioError) -> String {
        guard let text = value.stringValue else {
            throw ScenarioError("expected a string, found \(value.typeName)", at: path)
        }
        guard !text.utf8.contains(0) else { throw ScenarioError("must not hold a NUL character", at: path) }
        return text
    }
}
