/// A JSON value that keeps what its text said: the order of an object's members, and whether a number was written as
/// an integer or with a fraction.
public enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    /// An integer within `Int64`.
    case int(Int64)
    /// An integer above `Int64.max`; smaller ones are always `int`, so that equal numbers compare equal.
    case uint(UInt64)
    /// A number that was written with a fraction or an exponent, or an integer beyond 64 bits.
    case double(Double)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    /// The integer as `int` where it fits, else as `uint`.
    public init(_ integer: UInt64) {
        if let signed = Int64(exactly: integer) {
            self = .int(signed)
        } else {
            self = .uint(integer)
        }
    }

    public init(_ integer: Int) { self = .int(Int64(integer)) }
    public init(_ text: String) { self = .string(text) }
    public init(_ flag: Bool) { self = .bool(flag) }
}

extension JSONValue {
    public var isNull: Bool { self == .null }

    public var boolValue: Bool? {
        if case .bool(let flag) = self { flag } else { nil }
    }

    /// The value of a number that was written as an integer and fits `Int64`.
    public var intValue: Int64? {
        if case .int(let integer) = self { integer } else { nil }
    }

    /// The value of any number; integers above 2^53 lose their last digits here.
    public var doubleValue: Double? {
        switch self {
        case .int(let integer): Double(integer)
        case .uint(let integer): Double(integer)
        case .double(let number): number
        default: nil
        }
    }

    public var stringValue: String? {
        if case .string(let text) = self { text } else { nil }
    }

    public var arrayValue: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    public var objectValue: JSONObject? {
        if case .object(let object) = self { object } else { nil }
    }

    /// The member of an object; nil when it is absent or this is no object.
    public subscript(key: String) -> JSONValue? { objectValue?[key] }

    /// What kind of value this is, in JSON Schema's words.
    public var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .int, .uint: "integer"
        case .double: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
