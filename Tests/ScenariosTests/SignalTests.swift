import Testing

@testable import Scenarios

@Suite struct SignalTests {
    @Test func wavesGoThereAndBack() {
        let wave = Signal(60, .wave(to: 80, period: 10))
        #expect([0, 2.5, 5, 7.5, 10].map { wave.value(at: $0) } == [60, 70, 80, 70, 60])
        #expect(wave.moves)
    }

    @Test("waves between numbers at the ends of their range reach them and go no further")
    func longWaves() {
        #expect([0, 2].map { Signal(0, .wave(to: .max, period: 4)).value(at: $0) } == [0, .max])
        #expect([0, 2].map { Signal(.min, .wave(to: .max, period: 4)).value(at: $0) } == [.min, .max])
        #expect([0, 2].map { Signal(.max, .wave(to: .min, period: 4)).value(at: $0) } == [.max, .min])
        // No cosine says where such a wave is.
        #expect(Signal(5, .wave(to: 9, period: .leastNonzeroMagnitude)).value(at: 1e300) == 0)
    }

    @Test func countersGrow() {
        let counter = Signal(100, .growth(perSecond: 2.5))
        #expect([0, 1, 2, 1000].map { counter.value(at: $0) } == [100, 102, 105, 2600])
    }

    @Test func whatDoesNotMoveStaysAsItIs() {
        #expect(Signal(.max).value(at: 1e18) == .max)
        #expect(Signal(0, .growth(perSecond: 1e300)).value(at: 1e300) == .max)
    }

    @Test func valuesAreReadInEveryForm() throws {
        let text = """
            {"extends": "a100x2", "gpus": [{"index": 1, "power": {"usage_mw": {"from": 1, "to": 3, "period_s": 4}},
             "memory": {"used_bytes": {"from": 10, "per_second": 0.5}}, "fields": {"230": "0x4"},
             "temperature": {"gpu_c": {"error": 15}, "memory_c": null}}]}
            """
        let gpu = try withScenario(text) { try Scenario.load($0).gpus[1] }
        #expect(gpu.power.usage == .value(Signal(1, .wave(to: 3, period: 4))))
        #expect(gpu.memory.used == .value(Signal(10, .growth(perSecond: 0.5))))
        #expect(gpu.fields[230] == .value(Signal(4)))
        #expect(gpu.temperature.gpu == .failed(.gpuIsLost))
        #expect(gpu.temperature.memory == .absent)
    }
}
