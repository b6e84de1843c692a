internal import Diagnosis
internal import JSON
internal import ProbeProtocol
internal import Snapshots

/// What a caller of `analyze_xid_errors` wants to see.
struct XidArguments {
    /// Microseconds since 1970-01-01 UTC; nil: this boot.
    let since: Int64?
    let selectors: [GPUSelector]
    /// Empty: all.
    let numbers: Set<UInt32>
    let minimum: Severity
    /// Groups; nil: as many as a short answer has room for.
    let limit: Int?

    static let schema = Schema.object([
        (
            "since",
            Schema.typed(
                "string", "Only what is newer: a duration (30m, 24h, 7d) or an RFC 3339 time. Default: this boot",
                [("maxLength", 64)])
        ),
        (GPUArgument.name, GPUArgument.schema),
        (
            "xid",
            .object(
                JSONObject([
                    ("type", .array(["integer", "string", "array"])),
                    ("items", Schema.integer(nil, 0...Int(UInt32.max))),
                    ("description", "Only these Xid or SXid numbers (at most 64): 79, \"79,119\" or [79, 119]"),
                ]))
        ),
        (
            "min_severity",
            Schema.choice(Severity.allCases.map(\.rawValue), "Only this bad or worse", default: Severity.info.rawValue)
        ),
        ("limit", Schema.integer("Groups in the answer. Default: as many as fit into 8 KB", 1...500)),
    ])

    init(_ arguments: JSONObject, now: Int64) throws(ToolFailure) {
        since = try arguments["since"]?.stringValue.map { (text) throws(ToolFailure) in try Self.moment(text, now) }
        selectors = try GPUArgument.selectors(in: arguments)
        numbers = try arguments["xid"].map { (value) throws(ToolFailure) in try Self.numbers(value) } ?? []
        minimum = arguments["min_severity"]?.stringValue.flatMap { Severity(rawValue: $0) } ?? .info
        limit = arguments["limit"]?.intValue.map { Int($0) }
    }

    private static func moment(_ text: String, _ now: Int64) throws(ToolFailure) -> Int64 {
        guard let moment = PastMoment.microseconds(text, now: now) else {
            throw ToolFailure(
                message: "since: '\(text)' is neither a duration nor a time. Give a duration such as 30m, 24h or 7d, "
                    + "or a time such as \(WallClock.rfc3339(now)), or leave since out for this boot.",
                isWrongUsage: true)
        }
        guard moment <= now + clockSkew else {
            throw ToolFailure(
                message:
                    "since: '\(text)' is a time to come; on this node it is \(WallClock.rfc3339(now)). Give an earlier "
                    + "time or a duration such as 30m, or leave since out for this boot.",
                isWrongUsage: true)
        }
        return moment
    }

    /// How far ahead the caller's clock may be, in microseconds.
    private static let clockSkew: Int64 = 60_000_000

    private static func numbers(_ value: JSONValue) throws(ToolFailure) -> Set<UInt32> {
        let most = 64
        let texts: [String] =
            switch value {
            case .string(let text): text.split(separator: ",", maxSplits: most).map { $0.filter { $0 != " " } }
            case .array(let values): values.map { $0.intValue.map(String.init) ?? "" }
            default: [value.intValue.map(String.init) ?? ""]
            }
        let numbers = texts.map { UInt32($0) }
        guard !numbers.isEmpty, numbers.count <= most, !numbers.contains(nil) else {
            throw ToolFailure(
                message:
                    "xid: give one number (79), several ([79, 119] or \"79,119\", at most \(most)), or leave xid out "
                    + "for all.", isWrongUsage: true)
        }
        return Set(numbers.compactMap(\.self))
    }

    /// The addresses of the GPUs that the caller named; nil for all.
    func places(_ gpus: FaultGPUs, _ reading: FaultReading) throws(ToolFailure) -> Set<UInt64>? {
        guard !selectors.isEmpty else { return nil }
        var places: Set<UInt64> = []
        for selector in selectors {
            guard let place = gpus.slot(of: selector) else {
                throw ToolFailure(
                    message: GPUArgument.noSuchGPU(selector, in: reading.snapshot, reading.problems), isUnknownGPU: true
                )
            }
            places.insert(place)
        }
        return places
    }
}
