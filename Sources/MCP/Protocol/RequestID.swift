public import JSON

/// The id of a request, echoed as it came: a string stays a string. Progress tokens have the same form.
public enum RequestID: Sendable, Hashable {
    case string(String)
    case integer(Int64)
    /// An integer above `Int64.max`; smaller ones are always `integer`, so that equal ids compare equal.
    case large(UInt64)

    /// Nil for what the protocol does not allow: null, booleans, fractions and integers beyond 64 bits.
    public init?(_ value: JSONValue) {
        switch value {
        case .string(let text): self = .string(text)
        case .int(let integer): self = .integer(integer)
        case .uint(let integer): self = .large(integer)
        default: return nil
        }
    }

    // Whoever is asked tells ids apart by their bytes; Swift's strings are equal also where only their look is the same.
    public static func == (left: RequestID, right: RequestID) -> Bool {
        switch (left, right) {
        case (.string(let ours), .string(let theirs)): ours.utf8.elementsEqual(theirs.utf8)
        case (.integer(let ours), .integer(let theirs)): ours == theirs
        case (.large(let ours), .large(let theirs)): ours == theirs
        case (.string, _), (.integer, _), (.large, _): false
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch self {
        case .string(var text): text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        case .integer(let integer): hasher.combine(integer)
        case .large(let integer): hasher.combine(integer)
        }
    }
}

extension JSONWriter {
    mutating func id(_ id: RequestID) {
        switch id {
        case .string(let text): string(text)
        case .integer(let integer): int(integer)
        case .large(let integer): int(integer)
        }
    }
}
