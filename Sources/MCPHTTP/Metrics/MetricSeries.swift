internal import CoreMetrics
import Synchronization

/// One line of numbers, or for a histogram several.
protocol MetricSeries: AnyObject, Sendable {
    var kind: MetricKind { get }

    /// - Parameter labels: as they are written, without the braces; may be empty.
    func write(_ name: String, _ labels: String, to text: inout String)
}

/// The types that Prometheus' text format knows.
enum MetricKind: String {
    case counter, gauge, histogram
}

private func line(_ name: String, _ labels: String, _ value: some CustomStringConvertible) -> String {
    labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
}

/// Counts upwards.
final class CounterSeries: MetricSeries, CounterHandler {
    private let value = Atomic<Int64>(0)
    var kind: MetricKind { .counter }

    func increment(by amount: Int64) { value.wrappingAdd(amount, ordering: .relaxed) }

    func reset() { value.store(0, ordering: .relaxed) }

    func write(_ name: String, _ labels: String, to text: inout String) {
        text += line(name, labels, value.load(ordering: .relaxed))
    }
}

/// A value of this moment.
final class GaugeSeries: MetricSeries, MeterHandler {
    private let value = Mutex(0.0)
    var kind: MetricKind { .gauge }

    func set(_ new: Int64) { set(Double(new)) }

    func set(_ new: Double) { value.withLock { $0 = new } }

    func increment(by amount: Double) { value.withLock { $0 += amount } }

    func decrement(by amount: Double) { value.withLock { $0 -= amount } }

    func write(_ name: String, _ labels: String, to text: inout String) {
        let value = value.withLock { $0 }
        text += Int64(exactly: value).map { line(name, labels, $0) } ?? line(name, labels, value)
    }
}

/// How many values were how large. What a timer reports becomes seconds.
final class HistogramSeries: MetricSeries, RecorderHandler, TimerHandler {
    private struct State {
        var buckets = [Int](repeating: 0, count: HistogramSeries.bounds.count)
        var sum = 0.0
        var count = 0
    }

    private static let bounds = [0.001, 0.005, 0.025, 0.1, 0.5, 1, 2.5, 5, 10]

    private let state = Mutex(State())
    var kind: MetricKind { .histogram }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        state.withLock { state in
            state.sum += value
            state.count += 1
            if let index = Self.bounds.firstIndex(where: { value <= $0 }) { state.buckets[index] += 1 }
        }
    }

    func write(_ name: String, _ labels: String, to text: inout String) {
        let state = state.withLock { $0 }
        let prefix = labels.isEmpty ? "" : labels + ","
        var count = 0
        for (bound, inBucket) in zip(Self.bounds, state.buckets) {
            count += inBucket
            text += line("\(name)_bucket", "\(prefix)le=\"\(bound)\"", count)
        }
        text += line("\(name)_bucket", "\(prefix)le=\"+Inf\"", state.count)
        text += line("\(name)_sum", labels, state.sum) + line("\(name)_count", labels, state.count)
    }
}
