import Diagnosis
import Snapshots
import Testing

@Suite("Health: what is no fault of a GPU")
struct HarmlessReadingTests {
    static let harmless: [Breakage] = [
        Breakage("memory_error_history", .info, .none) { $0.memory { $0.aggregate.uncorrected = .value(11) } },
        Breakage("remap_history", .info, .none) { $0.rows(3, 511) },
        Breakage("remap_history", .info, .none) { $0.rows(.max, 1) },
        Breakage("retired_pages", .info, .none) { $0.pages(single: 61, double: 1) },
        Breakage("retired_pages", .info, .none) {
            $0.pages(single: 0, double: 16, times: [GPURuleTests.day, 8 * GPURuleTests.day])
        },
        Breakage("ecc_off", .info, .resetGPU) {
            $0.memory { $0.eccMode = .value(ModePair(current: true, pending: false)) }
        },
        Breakage("hardware_slowdown", .info, .none) { $0.now { $0.clocksEventReasons = .value(8) } },
        Breakage("mig_mode_pending", .info, .resetGPU) {
            $0.inventory?.migMode = .value(ModePair(current: false, pending: true))
        },
        Breakage("persistence_mode", .info, .none) { $0.inventory?.isPersistenceModeEnabled = .value(false) },
        Breakage("power_capped", .info, .none) { $0.inventory?.powerLimitEnforcedMilliwatts = .value(500_000) },
        Breakage("stuck_process", .info, .none) {
            $0.processes?.compute = .value([GPUProcess(pid: 7, usedMemoryBytes: 1, life: .uninterruptible)])
        },
    ]

    @Test("history and notices are told and make nothing unhealthy", arguments: harmless)
    func isHarmless(_ notice: Breakage) throws {
        let report = HealthyNode.report { notice.change(&$0.gpus[3]) }
        let finding = try #require(report.findings.first { $0.rule == notice.rule })
        #expect(finding.severity == .info)
        #expect(finding.action == notice.action)
        #expect(report.verdict == .healthy)
        #expect(report.gpus.allSatisfy { $0.verdict == .healthy && $0.action == .none })
    }

    static let silent: [Breakage] = [
        Breakage("one below the limit of remapped rows", .info, .none) { $0.rows(0, 0) },
        Breakage("idle lowers the PCIe generation", .info, .none) { $0.now { $0.pcieGeneration = .value(1) } },
        Breakage("power cap is normal", .info, .none) { $0.now { $0.clocksEventReasons = .value(4) } },
        Breakage("bits that this GPU cannot set", .info, .none) {
            $0.now {
                $0.clocksEventReasons = .value(0x41)
                $0.supportedClocksEventReasons = .value(0xf)
            }
        },
        Breakage("memory at its highest temperature", .info, .none) { $0.now { $0.memoryTemperatureC = .value(95) } },
        Breakage("margin at the limit", .info, .none) { $0.now { $0.temperatureMarginC = .value(-2) } },
        Breakage("margin at the limit of a B200", .info, .none) {
            $0.name = .value("NVIDIA B200")
            $0.now { $0.temperatureMarginC = .value(-3) }
        },
        Breakage("fewer replays than could be too many", .info, .none) { $0.now { $0.pcieReplayCount = .value(30) } },
        Breakage("no bit error seen", .info, .none) { $0.link(7) { $0.errors.effectiveBER = .value(0xfff) } },
        Breakage("bit error rate at the limit", .info, .none) { $0.link(7) { $0.errors.effectiveBER = .value(0x10c) } },
        Breakage("MIG takes links down", .info, .none) {
            $0.inventory?.migMode = .value(ModePair(current: true, pending: true))
            for number in 0..<18 {
                $0.link(number) {
                    $0.isActive = .value(false)
                    $0.errors.replay = .unavailable(.error(code: 29))
                    $0.errors.symbolBER = .unavailable(.error(code: 29))
                }
            }
            $0.now { $0.memory = .value(MemoryUse(total: 80 << 30, used: 40 << 30, free: 0, reserved: 0)) }
        },
        Breakage("no NVLink, no fabric", .info, .none) {
            $0.name = .value("NVIDIA L40S")
            $0.links = GPULinks()
            $0.links?.count = .unavailable(.notSupported)
            $0.links?.c2cCount = .unavailable(.notSupported)
            $0.fabric?.state = .value(0)
        },
        Breakage("memory errors of a vGPU, which its host counts", .info, .none) {
            $0.inventory?.virtualizationMode = .value(2)
            $0.memory {
                $0.volatile.uncorrected = .unavailable(.notSupported)
                $0.volatile.locations = []
            }
        },
        Breakage("memory of a Grace system that the kernel uses", .info, .none) {
            $0.memoryHealth?.numaNode = .value(4)
            $0.now { $0.memory = .value(MemoryUse(total: 80 << 30, used: 20 << 30, free: 60 << 30, reserved: 0)) }
        },
        Breakage("a counter that is not filled yet", .info, .none) {
            $0.now { $0.powerMilliwatts = .unavailable(.error(code: 21)) }
        },
    ]

    @Test("what is no fault makes no finding", arguments: silent)
    func isSilent(_ case: Breakage) {
        let report = HealthyNode.report { `case`.change(&$0.gpus[3]) }
        #expect(report.findings.isEmpty, "\(report.findings.map(\.title))")
        #expect(report.verdict == .healthy, "\(report.gpus.flatMap(\.gaps))")
    }
}
