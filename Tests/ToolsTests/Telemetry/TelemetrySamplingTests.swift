import Diagnosis
import JSON
import Snapshots
import Testing

@testable import Tools

/// What was seen in one sample is not forgotten because the last one does not show it.
@Suite struct TelemetrySamplingTests {
    private static let thermal: UInt64 = 0x40
    private static let umbrella: UInt64 = 0x8

    /// Of a GPU whose reasons were these, nil where they could not be read; and one that was never read.
    private static func sampling(_ reasons: [UInt64?]) -> TelemetrySampling {
        var sampling = TelemetrySampling(milliseconds: 1_000, interval: 100)
        for bits in reasons {
            var node = NodeSnapshot()
            node.gpus = [gpu(bits)]
            sampling.add(node)
        }
        return sampling
    }

    private static func gpu(_ reasons: UInt64?, supported: UInt64? = nil) -> GPUSnapshot {
        var gpu = GPUSnapshot()
        var telemetry = GPUTelemetry()
        telemetry.clocksEventReasons = reasons.map { .value($0) } ?? .unavailable(.error(code: 999))
        if let supported { telemetry.supportedClocksEventReasons = .value(supported) }
        telemetry.temperatureC = reasons == nil ? .unavailable(.error(code: 999)) : .value(40)
        gpu.telemetry = telemetry
        return gpu
    }

    @Test(
        arguments: [
            ([thermal, 0, 0], ["hw_thermal_slowdown"]), ([thermal, nil], ["hw_thermal_slowdown"]),
            ([umbrella, 0, 0], []), ([umbrella, 0, umbrella], ["hw_slowdown"]), ([umbrella], []),
            ([thermal | umbrella], ["hw_slowdown", "hw_thermal_slowdown"]), ([0x1, 0x4], []),
        ] as [([UInt64?], [String])])
    func faultsOfAllSamplesCount(reasons: [UInt64?], faults: [String]) {
        let sampling = Self.sampling(reasons)
        #expect(sampling.faults(Self.gpu(0)).words == faults)
    }

    @Test func oneReadingIsJudgedByItself() {
        let none = TelemetrySampling(milliseconds: 0, interval: 1_000)
        #expect(none.faults(Self.gpu(Self.thermal)) == .hardwareThermalSlowdown)
        #expect(none.faults(Self.gpu(Self.umbrella)).isEmpty)
        #expect(none.faults(Self.gpu(Self.thermal | 0x20, supported: 0x21)) == .softwareThermalSlowdown)
        #expect(none.faults(Self.gpu(nil)).isEmpty)
        #expect(none.faults(GPUSnapshot()).isEmpty)
    }

    @Test func statisticsTellOfHowManySamplesTheyAre() throws {
        let sampling = Self.sampling([Self.thermal | 0x4, 0x4, nil])
        let statistics = try #require(sampling.statistics[0])
        var writer = JSONWriter()
        writer.object { $0.write(statistics.fields(of: sampling.samples)) }
        #expect(
            String(decoding: writer.finish(), as: UTF8.self)
                == #"{"temperature_c":{"min":40,"mean":40,"max":40,"count":2},"#
                + #""clocks_event_reasons":{"sw_power_cap":2,"hw_thermal_slowdown":1}}"#)
    }

    @Test(
        arguments: [
            (1_000, 300, [300, 600, 900, 1_000]), (1_000, 500, [500, 1_000]), (200, 1_000, [200]), (20, 20, [20]),
        ] as [(Int64, Int64, [Int64])])
    func samplesAreTakenAtWholeIntervalsAndAtTheEnd(duration: Int64, interval: Int64, times: [Int64]) {
        let sampling = TelemetrySampling(milliseconds: duration, interval: interval)
        var planned: [Int64] = []
        while let next = sampling.time(after: planned.last ?? 0) { planned.append(next) }
        #expect(planned == times)
    }

    @Test func missedIntervalsAreLeftOut() {
        let sampling = TelemetrySampling(milliseconds: 1_000, interval: 100)
        #expect(sampling.time(after: 456) == 500)
        #expect(sampling.time(after: 999) == 1_000)
        #expect(sampling.time(after: 1_000) == nil)
        #expect(sampling.time(after: 4_000) == nil)
    }
}
