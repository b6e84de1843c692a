internal import CoreMetrics
import Synchronization

/// What a server reports of its requests.
final class HTTPMetrics: Sendable {
    private struct Series: Hashable {
        let method: String
        let status: Int
    }

    private static let requests = "mcp_http_requests_total"
    private static let duration = "mcp_http_request_duration_seconds"

    private let registry = MetricsRegistry()
    private let timer: Timer
    private let counters = Mutex<[Series: Counter]>([:])

    init() {
        timer = Timer(label: Self.duration, dimensions: [], preferredDisplayUnit: .seconds, factory: registry)
        registry.describe(Self.requests, "Requests by method and HTTP status.")
        registry.describe(Self.duration, "Time until a response was written.")
    }

    /// - Parameter method: the protocol's method, or HTTP's where it got no further; only names that we know.
    func record(_ method: String, status: Int, nanoseconds: Int64) {
        let series = Series(method: method, status: status)
        counters.withLock { counters in
            if let counter = counters[series] { return counter.increment() }
            let dimensions = [("method", method), ("status", String(status))]
            let counter = Counter(label: Self.requests, dimensions: dimensions, factory: registry)
            counters[series] = counter
            counter.increment()
        }
        timer.recordNanoseconds(nanoseconds)
    }

    /// Everything in Prometheus' text format.
    ///
    /// - Parameter samples: what others have counted up to this moment.
    func text(_ samples: [MetricSample]) -> String {
        for sample in samples where !sample.isTotal {
            registry.describe(sample.name, sample.help)
            Meter(label: sample.name, dimensions: [], factory: registry).set(sample.value)
        }
        for sample in samples where sample.isTotal {
            registry.describe(sample.name, sample.help)
            let counter = registry.makeCounter(label: sample.name, dimensions: [])
            counter.reset()
            counter.increment(by: Int64(sample.value))
        }
        return registry.text
    }
}

/// A number that is kept elsewhere, at the moment when somebody asks for it.
public struct MetricSample: Sendable {
    let name: String
    let help: String
    let value: Int
    let isTotal: Bool

    /// What is at this moment, such as the number of open sessions.
    public static func gauge(_ name: String, _ help: String, _ value: Int) -> MetricSample {
        MetricSample(name: name, help: help, value: value, isTotal: false)
    }

    /// What only grows, such as a number of failures since the start.
    public static func total(_ name: String, _ help: String, _ value: Int) -> MetricSample {
        MetricSample(name: name, help: help, value: value, isTotal: true)
    }
}
