internal import JSON
internal import Snapshots

/// Readings in the words of a scenario: a value, the code that came instead, or nothing where the GPU does not have it.
extension JSONObject {
    /// - Parameter isExplicit: whether "not supported" has to be said since a scenario would make up a value.
    mutating func set<Value>(
        _ key: String, _ reading: Reading<Value>?, isExplicit: Bool = false, _ json: (Value) -> JSONValue
    ) {
        guard let reading else { return }
        switch reading {
        case .value(let value): append(key, json(value))
        case .unavailable(.notSupported) where !isExplicit: return
        case .unavailable(let reason): append(key, Self.error(reason))
        }
    }

    mutating func set<Number: FixedWidthInteger & Sendable>(
        _ key: String, _ reading: Reading<Number>?, isExplicit: Bool = false
    ) {
        set(key, reading, isExplicit: isExplicit) { Self.number($0) }
    }

    mutating func set(_ key: String, _ reading: Reading<Bool>?) { set(key, reading) { .bool($0) } }

    mutating func set(_ key: String, _ reading: Reading<String>?, isExplicit: Bool = false) {
        set(key, reading, isExplicit: isExplicit) { .string($0) }
    }

    /// A section, unless there is nothing in it.
    mutating func set(_ key: String, section: JSONObject) {
        if !section.isEmpty { append(key, .object(section)) }
    }

    static func number(_ number: some FixedWidthInteger) -> JSONValue {
        // A scenario's numbers are signed; what is larger is given by its bits.
        Int64(exactly: number).map(JSONValue.int) ?? .string("0x" + String(number, radix: 16))
    }

    static func error(_ reason: Unavailable) -> JSONValue {
        .object(JSONObject([("error", .int(Int64(reason.returnCode)))]))
    }
}

extension Unavailable {
    /// The return code of NVML that means this.
    var returnCode: Int32 {
        switch self {
        case .notSupported: 3
        case .noPermission: 4
        case .timedOut: 10
        case .gpuLost: 15
        case .resetRequired: 16
        case .notRead, .unusable: 999
        case .error(let code): code > 0 ? code : 999
        }
    }
}
