import CoreMetrics
import Testing

@testable import MCPHTTP

@Suite struct MetricsTests {
    @Test func seriesAreWrittenInPrometheusForm() {
        let registry = MetricsRegistry()
        registry.describe("a.total", "What it is.")
        Counter(label: "a.total", dimensions: [("kind", "x\"\\\n")], factory: registry).increment(by: 3)
        Counter(label: "a.total", dimensions: [("kind", "w")], factory: registry).increment()
        Meter(label: "b", dimensions: [], factory: registry).set(1.5)
        #expect(
            registry.text == """
                # HELP a_total What it is.
                # TYPE a_total counter
                a_total{kind="w"} 1
                a_total{kind="x\\"\\\\\\n"} 3
                # TYPE b gauge
                b 1.5

                """)
    }

    @Test func timersBecomeSecondsInBuckets() {
        let registry = MetricsRegistry()
        let timer = Timer(label: "t_seconds", dimensions: [], factory: registry)
        for milliseconds in [1, 2, 600, 20_000] { timer.recordMilliseconds(milliseconds) }
        let lines = registry.text.split(separator: "\n")
        #expect(lines.contains("t_seconds_bucket{le=\"0.001\"} 1"))
        #expect(lines.contains("t_seconds_bucket{le=\"0.005\"} 2"))
        #expect(lines.contains("t_seconds_bucket{le=\"1.0\"} 3"))
        #expect(lines.contains("t_seconds_bucket{le=\"10.0\"} 3"))
        #expect(lines.contains("t_seconds_bucket{le=\"+Inf\"} 4"))
        #expect(lines.contains("t_seconds_count 4"))
    }

    @Test func theSameNameAndLabelsAreTheSameSeries() {
        let registry = MetricsRegistry()
        for _ in 0..<2 { Counter(label: "c", dimensions: [("a", "b")], factory: registry).increment() }
        #expect(registry.text == "# TYPE c counter\nc{a=\"b\"} 2\n")
    }

    @Test func aNameCannotBeOfTwoKinds() {
        let registry = MetricsRegistry()
        Counter(label: "c", dimensions: [], factory: registry).increment()
        Meter(label: "c", dimensions: [], factory: registry).set(7)
        Meter(label: "c", dimensions: [("a", "b")], factory: registry).set(7)
        #expect(registry.text == "# TYPE c counter\nc 1\n")
    }

    @Test func whatIsKeptElsewhereIsToldAsItIsNow() {
        let metrics = HTTPMetrics()
        metrics.record("ping", status: 200, nanoseconds: 1_000)
        _ = metrics.text([.total("restarts_total", "R.", 1), .gauge("sessions", "S.", 5)])
        let text = metrics.text([.total("restarts_total", "R.", 2), .gauge("sessions", "S.", 4)])
        #expect(text.contains("# TYPE restarts_total counter\nrestarts_total 2\n"))
        #expect(text.contains("# TYPE sessions gauge\nsessions 4\n"))
        #expect(text.contains("mcp_http_requests_total{method=\"ping\",status=\"200\"} 1\n"))
    }
}
