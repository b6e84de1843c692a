import Synchronization

/// What a server has done, as text in Prometheus' format.
final class HTTPMetrics: Sendable {
    private struct Series: Hashable {
        let method: String
        let status: Int
    }

    private struct State {
        var requests: [Series: Int] = [:]
        var buckets = [Int](repeating: 0, count: HTTPMetrics.bounds.count)
        var seconds = 0.0
        var count = 0
    }

    /// Seconds.
    private static let bounds = [0.001, 0.005, 0.025, 0.1, 0.5, 1, 2.5, 5, 10]

    private let state = Mutex(State())

    /// - Parameter method: the protocol's method, or HTTP's where it got no further; only names that we know.
    func record(_ method: String, status: Int, seconds: Double) {
        state.withLock { state in
            state.requests[Series(method: method, status: status), default: 0] += 1
            state.seconds += seconds
            state.count += 1
            for (index, bound) in Self.bounds.enumerated() where seconds <= bound { state.buckets[index] += 1 }
        }
    }

    /// - Parameter gauges: name, help and value of what is measured at this moment.
    func text(gauges: [(name: String, help: String, value: Int)]) -> String {
        let state = state.withLock { $0 }
        var text =
            "# HELP mcp_http_requests_total Requests by method and HTTP status.\n# TYPE mcp_http_requests_total counter\n"
        for (series, count) in state.requests.sorted(by: {
            ($0.key.method, $0.key.status) < ($1.key.method, $1.key.status)
        }) {
            text += "mcp_http_requests_total{method=\"\(series.method)\",status=\"\(series.status)\"} \(count)\n"
        }
        let name = "mcp_http_request_duration_seconds"
        text += "# HELP \(name) Time until a response was written.\n# TYPE \(name) histogram\n"
        for (bound, count) in zip(Self.bounds, state.buckets) { text += "\(name)_bucket{le=\"\(bound)\"} \(count)\n" }
        text +=
            "\(name)_bucket{le=\"+Inf\"} \(state.count)\n\(name)_sum \(state.seconds)\n\(name)_count \(state.count)\n"
        for gauge in gauges {
            text += "# HELP \(gauge.name) \(gauge.help)\n# TYPE \(gauge.name) gauge\n\(gauge.name) \(gauge.value)\n"
        }
        return text
    }
}
