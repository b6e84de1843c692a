/// Reads the fields of one protobuf message, one after the other, without knowing the message.
///
/// Total over bytes: whatever is given, it ends with the bytes, and an error says that they are no message. Groups, which
/// proto3 does not have, are refused.
struct ProtobufReader {
    /// What a field holds, by its wire type.
    enum Value: Equatable {
        case varint(UInt64)
        case fixed64(UInt64)
        case bytes(ArraySlice<UInt8>)
        case fixed32(UInt32)
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// The next field; nil at the end.
    mutating func next() throws(ProtobufError) -> (number: UInt32, value: Value)? {
        guard !rest.isEmpty else { return nil }
        let key = try varint()
        let number = key >> 3
        guard (1...536_870_911).contains(number) else { throw .badFieldNumber }
        return (UInt32(number), try value(wireType: key & 7))
    }

    private mutating func value(wireType: UInt64) throws(ProtobufError) -> Value {
        switch wireType {
        case 0: .varint(try varint())
        case 1: .fixed64(try fixed(8))
        case 2: .bytes(try bytes())
        case 5: .fixed32(UInt32(truncatingIfNeeded: try fixed(4)))
        default: throw .badWireType
        }
    }

    private mutating func varint() throws(ProtobufError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard let byte = rest.popFirst() else { throw .truncated }
            // The tenth byte has room for one bit.
            guard shift < 63 || byte < 2 else { throw .badVarint }
            value |= UInt64(byte & 0x7f) << shift
            if byte & 0x80 == 0 { return value }
        }
        throw .badVarint
    }

    private mutating func fixed(_ count: Int) throws(ProtobufError) -> UInt64 {
        guard rest.count >= count else { throw .truncated }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private mutating func bytes() throws(ProtobufError) -> ArraySlice<UInt8> {
        let length = try varint()
        guard length <= UInt64(rest.count) else { throw .truncated }
        defer { rest = rest.dropFirst(Int(length)) }
        return rest.prefix(Int(length))
    }
}

/// What is wrong with bytes that should be a protobuf message.
package enum ProtobufError: String, Error, Sendable, Hashable {
    case truncated = "it ends inside of a field"
    case badVarint = "a number of more than 64 bits"
    case badWireType = "a field of a kind that does not exist"
    case badFieldNumber = "a field without a number"
    /// A known field with a value of another kind, or a text that is not UTF-8.
    case wrongType = "a field holds something else than its description says"
    /// More entries than this agent is willing to hold.
    case tooMany = "more entries than a node can have"
}
