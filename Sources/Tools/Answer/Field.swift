internal import JSON
internal import Snapshots

/// One member of a GPU's object in an answer.
struct Field: Sendable, Equatable {
    let key: String
    let value: FieldValue
}

/// What can stand behind a key. Equatable, so that what is the same on all GPUs is said once.
enum FieldValue: Sendable, Equatable {
    case int(Int64)
    case uint(UInt64)
    /// A number with up to three decimals, kept in thousandths so that 65.5 W stays 65.5.
    case thousandths(Int64)
    case text(String)
    case flag(Bool)
    case texts([String])
    case ints([Int64])
    case object([Field])
    case objects([[Field]])

    func write(to writer: inout JSONWriter) {
        switch self {
        case .int(let value): writer.int(value)
        case .uint(let value): writer.int(value)
        case .thousandths(let value): writer.thousandths(value)
        case .text(let value): writer.string(value)
        case .flag(let value): writer.bool(value)
        case .texts(let values): writer.array { writer in for value in values { writer.string(value) } }
        case .ints(let values): writer.array { writer in for value in values { writer.int(value) } }
        case .object(let fields): writer.object { $0.write(fields) }
        case .objects(let objects):
            writer.array { writer in for fields in objects { writer.object { $0.write(fields) } } }
        }
    }
}

extension JSONWriter {
    /// Writes the members of an object.
    mutating func write(_ fields: [Field]) {
        for field in fields {
            key(field.key)
            field.value.write(to: &self)
        }
    }

    /// Writes a number that is given in thousandths, with as many decimals as it has.
    mutating func thousandths(_ value: Int64) {
        let fraction = abs(value % 1_000)
        guard fraction != 0 else { return int(value / 1_000) }
        double(Double(value) / 1_000, decimals: fraction % 100 == 0 ? 1 : fraction % 10 == 0 ? 2 : 3)
    }
}
