public import JSON

/// The id of a request, echoed as it came: a string stays a string. Progress tokens have the same form.
public enum RequestID: Sendable, Hashable {
    case string(String)
    case integer(Int64)

    /// Nil for what the protocol does not allow: null, booleans, fractions and integers beyond 64 bits.
    public init?(_ value: JSONValue) {
        switch value {
        case .string(let text): self = .string(text)
        case .int(let integer): self = .integer(integer)
        default: return nil
        }
    }
}

extension JSONWriter {
    mutating func id(_ id: RequestID) {
        switch id {
        case .string(let text): string(text)
        case .integer(let integer): int(integer)
        }
    }
}
