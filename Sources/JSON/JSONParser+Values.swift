extension JSONParser {
    mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        switch byte {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return .object(try object(depth: depth + 1))
        case UInt8(ascii: "["): return .array(try array(depth: depth + 1))
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: throw unexpected()
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        for offset in 0..<word.utf8CodeUnitCount {
            guard byte == word.utf8Start[offset] else { throw unexpected() }
            position += 1
        }
        return value
    }

    private func check(_ depth: Int) throws(JSONError) {
        guard depth <= limits.depth else { throw error(.tooDeep(limit: limits.depth)) }
    }

    private mutating func array(depth: Int) throws(JSONError) -> [JSONValue] {
        try check(depth)
        var elements: [JSONValue] = []
        guard try !opensEmpty(closing: UInt8(ascii: "]")) else { return elements }
        repeat {
            skipSpace()
            elements.append(try value(depth: depth))
        } while try continues(closing: UInt8(ascii: "]"))
        return elements
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONObject {
        try check(depth)
        var object = JSONObject()
        guard try !opensEmpty(closing: UInt8(ascii: "}")) else { return object }
        repeat {
            skipSpace()
            try member(of: &object, depth: depth)
        } while try continues(closing: UInt8(ascii: "}"))
        return object
    }

    private mutating func member(of object: inout JSONObject, depth: Int) throws(JSONError) {
        guard byte == UInt8(ascii: "\"") else { throw unexpected() }
        let start = position
        let key = try string()
        skipSpace()
        guard byte == UInt8(ascii: ":") else { throw unexpected() }
        position += 1
        skipSpace()
        guard object.append(key, try value(depth: depth)) else {
            throw JSONError(.duplicateKey(key), at: start)
        }
    }

    /// Steps over the opening bracket; true when the closing one follows, which is stepped over too.
    private mutating func opensEmpty(closing: UInt8) throws(JSONError) -> Bool {
        position += 1
        skipSpace()
        guard byte == closing else { return false }
        position += 1
        return true
    }

    /// Steps over what follows an element: true after a comma, false after the closing bracket.
    private mutating func continues(closing: UInt8) throws(JSONError) -> Bool {
        skipSpace()
        let found = byte
        guard found == UInt8(ascii: ",") || found == closing else { throw unexpected() }
        position += 1
        return found != closing
    }
}
