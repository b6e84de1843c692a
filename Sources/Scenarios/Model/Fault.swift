internal import JSON

/// Something that goes wrong in a call, whatever the readings say.
package struct Fault: ScenarioSection, Sendable {
    /// What happens.
    package enum Effect: Sendable, Equatable {
        /// The call answers with this code.
        case result(ReturnCode)
        /// The call takes this many seconds, then goes on; nil is for ever.
        case hang(seconds: Double?)
        /// The process gets SIGSEGV.
        case crash
    }

    /// The calls concerned; nil is every call.
    package var calls: Set<NVMLCall>?
    package var effect = Effect.result(ReturnCode(rawValue: 999))
    /// How many of these calls go well first.
    package var afterCalls = 0
    /// How many calls fail; nil is all that follow.
    package var times: Int?

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        calls = try Self.calls(&reader)
        effect = try Self.effect(&reader)
        afterCalls = try reader.integer("after_calls") ?? 0
        times = try reader.integer("times")
    }

    private static func calls(_ reader: inout ObjectReader) throws(ScenarioError) -> Set<NVMLCall>? {
        let place = reader.place("call")
        switch reader.take("call") {
        case .string("*"): return nil
        case .string(let name): return [try NVMLCall(name, at: place)]
        case .array(let names):
            var calls: Set<NVMLCall> = []
            for (index, name) in names.enumerated() {
                calls.insert(try NVMLCall(name.stringValue ?? "", at: "\(place)[\(index)]"))
            }
            return calls
        default: throw ScenarioError("expected the name of a call, a list of names, or \"*\"", at: place)
        }
    }

    private static func effect(_ reader: inout ObjectReader) throws(ScenarioError) -> Effect {
        let result = reader.take("result")
        let hang = reader.take("hang_s")
        let crash = try reader.flag("crash", false)
        guard [result != nil, hang != nil, crash].count(where: { $0 }) == 1 else {
            throw ScenarioError("expected one of \"result\", \"hang_s\" and \"crash\"", at: reader.path)
        }
        if let result { return .result(try ReturnCode(result, at: reader.place("result"))) }
        guard let hang else { return .crash }
        if hang == .string("forever") { return .hang(seconds: nil) }
        guard let seconds = hang.doubleValue, seconds >= 0 else {
            throw ScenarioError("expected seconds, or \"forever\"", at: reader.place("hang_s"))
        }
        return .hang(seconds: seconds)
    }
}
