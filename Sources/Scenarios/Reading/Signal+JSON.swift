internal import JSON

extension Signal {
    /// `7`, `true`, `"0x1aa"`, `{"from": 60, "to": 80, "period_s": 10}` or `{"from": 0, "per_second": 2.5}`.
    init(_ value: JSONValue, at path: String) throws(ScenarioError) {
        if value.objectValue != nil {
            self = try Self.moving(value, at: path)
        } else {
            self.init(try Self.fixed(value, at: path))
        }
    }

    private static func fixed(_ value: JSONValue, at path: String) throws(ScenarioError) -> Int64 {
        switch value {
        case .int(let number): return number
        case .uint(let number): return Int64(bitPattern: number)
        case .bool(let flag): return flag ? 1 : 0
        case .string(let text):
            if text.hasPrefix("0x"), let number = UInt64(text.dropFirst(2), radix: 16) {
                return Int64(bitPattern: number)
            }
            throw ScenarioError("expected a number, found \"\(text.prefix(40))\"", at: path)
        default: throw ScenarioError("expected a whole number, found \(value.typeName)", at: path)
        }
    }

    private static func moving(_ value: JSONValue, at path: String) throws(ScenarioError) -> Signal {
        var reader = try ObjectReader(value, at: path)
        guard let from = reader.take("from") else {
            throw ScenarioError(
                "a moving value needs \"from\" with \"to\" and \"period_s\", or \"per_second\"", at: path)
        }
        let start = try fixed(from, at: path + ".from")
        let motion: Motion
        if let to = reader.take("to") {
            let period = try reader.seconds("period_s") ?? 60
            guard period > 0 else { throw ScenarioError("must be more than 0", at: path + ".period_s") }
            motion = .wave(to: try fixed(to, at: path + ".to"), period: period)
        } else {
            guard let rate = reader.take("per_second")?.doubleValue else {
                throw ScenarioError("expected \"to\" or a number \"per_second\" beside \"from\"", at: path)
            }
            motion = .growth(perSecond: rate)
        }
        try reader.finish()
        return Signal(start, motion)
    }
}

extension ReturnCode {
    /// A code by name ("GPU_IS_LOST") or number.
    init(_ value: JSONValue, at path: String) throws(ScenarioError) {
        if let number = value.intValue, let code = Int32(exactly: number) {
            self.init(rawValue: code)
        } else if let name = value.stringValue {
            guard let code = ReturnCode(name: name) else {
                let near = suggestion(for: name, among: Self.known.map(\.name))
                throw ScenarioError("unknown NVML return code \"\(name)\"\(near)", at: path)
            }
            self = code
        } else {
            throw ScenarioError("expected an NVML return code, as a name or a number", at: path)
        }
    }
}
