import JSON

/// What the cluster complains of about one pod, in its events.
enum PodWarning {
    /// The latest warning in a list of events, as `REASON: MESSAGE`, printable and of bounded length; nil if there is none.
    static func last(of output: [UInt8]) -> String? {
        let items = (try? JSONParser.parse(output))?["items"]?.arrayValue ?? []
        // RFC 3339 in UTC sorts as text; what has no time comes first.
        let latest = items.enumerated().max { (time($0.element), $0.offset) < (time($1.element), $1.offset) }
        guard let event = latest?.element, let message = event["message"]?.stringValue else { return nil }
        let reason = event["reason"]?.stringValue.map { "\($0): " } ?? ""
        return KubectlErrors.essence(reason + message)
    }

    private static func time(_ event: JSONValue) -> String {
        let times = [event["lastTimestamp"], event["eventTime"], event["metadata"]?["creationTimestamp"]]
        return times.lazy.compactMap { $0?.stringValue }.first ?? ""
    }
}
