internal import Digests
internal import JSON

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Writes and reads `requestState`: what a call has learnt, kept by the client between its requests.
///
/// The client can read it, but not change it, use it for another request, or use it after its time.
struct RequestState: Sendable {
    /// Secret of this process.
    private let key: [UInt8]
    /// Seconds that a client may take to answer.
    private let lifetime: Int64
    /// Seconds since 1970.
    private let now: @Sendable () -> Int64

    init(
        key: [UInt8] = Secret.random(32), lifetime: Int64 = 1_800,
        now: @escaping @Sendable () -> Int64 = secondsSince1970
    ) {
        self.key = key
        self.lifetime = lifetime
        self.now = now
    }

    func seal(_ state: CallHistory.State, for request: [UInt8]) -> String {
        let body: JSONObject = [
            "for": .string(Base64.encode(request, .url)), "until": .int(now() + lifetime),
            "round": .int(state.round + 1),
            "answers": .object(state.answers), "steps": .object(state.steps),
        ]
        let bytes = body.encoded()
        return Base64.encode(bytes, .url) + "." + Base64.encode(SHA256.authenticationCode(bytes, key: key), .url)
    }

    /// - Throws: where the state is not ours, belongs to another request, or is too old.
    func open(_ text: String, for request: [UInt8]) throws(ProtocolError) -> CallHistory.State {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let bytes = Base64.decode(String(parts[0]), .url),
            let code = Base64.decode(String(parts[1]), .url),
            Secret.areEqual(code, SHA256.authenticationCode(bytes, key: key)),
            let body = try? JSONParser.parse(bytes)
        else { throw .invalidParams("requestState is not what this server gave out; call again without it") }
        guard body["for"]?.stringValue == Base64.encode(request, .url) else {
            throw .invalidParams("requestState belongs to another request; call again without it")
        }
        guard let until = body["until"]?.intValue, now() <= until else {
            throw .invalidParams("requestState is too old; call again without it")
        }
        return CallHistory.State(
            answers: body["answers"]?.objectValue ?? [:], steps: body["steps"]?.objectValue ?? [:],
            round: body["round"]?.intValue ?? 0)
    }

    /// Tells requests apart by what they ask, whatever came back to them and in whatever order it is written.
    static func digest(method: String, params: JSONObject) -> [UInt8] {
        var asked = params
        for key in ["_meta", "inputResponses", "requestState"] { asked[key] = nil }
        return SHA256.hash(Array(method.utf8) + [0] + ordered(.object(asked)).encoded())
    }

    private static func ordered(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let elements): .array(elements.map(ordered))
        case .object(let object):
            .object(JSONObject(object.sorted { $0.key < $1.key }.map { ($0.key, ordered($0.value)) }))
        default: value
        }
    }
}

func secondsSince1970() -> Int64 { Int64(time(nil)) }
