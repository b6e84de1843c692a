internal import CoreMetrics
import Synchronization

/// Keeps what code reports through swift-metrics, and writes it as text in Prometheus' format.
///
/// It is handed to those who report instead of being made the process' own (`MetricsSystem.bootstrap`), so that two servers
/// in one process do not count together.
final class MetricsRegistry: MetricsFactory {
    private struct State {
        var series: [MetricName: [MetricLabels: any MetricSeries]] = [:]
        var help: [MetricName: String] = [:]
    }

    private let state = Mutex(State())

    /// Says what a metric is.
    func describe(_ name: String, _ help: String) { state.withLock { $0.help[MetricName(name)] = help } }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions) { CounterSeries() }
    }

    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions) { GaugeSeries() }
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        series(label, dimensions) { HistogramSeries() }
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions) { HistogramSeries() }
    }

    func destroyCounter(_ handler: any CounterHandler) { remove(handler) }
    func destroyMeter(_ handler: any MeterHandler) { remove(handler) }
    func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }
    func destroyTimer(_ handler: any TimerHandler) { remove(handler) }

    /// The series of that name and labels; a name that is in use for another kind gets one that nobody sees.
    private func series<Series: MetricSeries>(
        _ name: String, _ dimensions: [(String, String)], _ make: () -> Series
    ) -> Series {
        let (name, labels) = (MetricName(name), MetricLabels(dimensions))
        return state.withLock { state in
            if let known = state.series[name, default: [:]][labels] { return known as? Series ?? make() }
            let new = make()
            guard state.series[name]?.values.first.map({ $0.kind == new.kind }) ?? true else { return new }
            state.series[name, default: [:]][labels] = new
            return new
        }
    }

    private func remove(_ handler: AnyObject) {
        state.withLock { state in
            for name in state.series.keys { state.series[name] = state.series[name]?.filter { $0.value !== handler } }
        }
    }

    /// Everything that has been reported, sorted by name and labels.
    var text: String {
        let state = state.withLock { $0 }
        var text = ""
        for (name, series) in state.series.sorted(by: { $0.key.text < $1.key.text }) {
            guard let kind = series.values.first?.kind else { continue }
            if let help = state.help[name] { text += "# HELP \(name.text) \(help)\n" }
            text += "# TYPE \(name.text) \(kind.rawValue)\n"
            for (labels, one) in series.sorted(by: { $0.key.text < $1.key.text }) {
                one.write(name.text, labels.text, to: &text)
            }
        }
        return text
    }
}

/// A name as Prometheus allows it.
struct MetricName: Hashable {
    let text: String

    init(_ name: String) {
        let isAllowed: (Character) -> Bool = { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ":") }
        let allowed = String(name.map { isAllowed($0) ? $0 : "_" })
        text = allowed.first?.isNumber ?? true ? "_" + allowed : allowed
    }
}

/// Labels as they are written, without the braces.
struct MetricLabels: Hashable {
    let text: String

    init(_ dimensions: [(String, String)]) {
        text = dimensions.map { "\(MetricName($0.0).text)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
    }

    private static func escaped(_ value: String) -> String {
        value.reduce(into: "") { text, character in
            switch character {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.append(character)
            }
        }
    }
}
