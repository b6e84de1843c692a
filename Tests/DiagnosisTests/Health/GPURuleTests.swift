import Diagnosis
import Snapshots
import Testing

@Suite("Health: one broken GPU among eight")
struct GPURuleTests {
    static let day: Int64 = 86_400_000_000

    static let breakages: [Breakage] = [
        // The driver's own word.
        Breakage("recovery_action", .critical, .resetGPU) { $0.memory { $0.recoveryAction = .value(1) } },
        Breakage("recovery_action", .critical, .rebootNode) { $0.memory { $0.recoveryAction = .value(2) } },
        Breakage("recovery_action", .warning, .checkNVLink) { $0.memory { $0.recoveryAction = .value(3) } },
        Breakage("recovery_action", .critical, .rebootNode) { $0.memory { $0.recoveryAction = .value(99) } },
        Breakage("gpu_access", .critical, .rebootNode) { $0.refusal = .gpuLost },
        Breakage("gpu_access", .critical, .resetGPU) { $0.refusal = .resetRequired },
        Breakage("gpu_access", .critical, .checkPower) { $0.refusal = .error(code: 8) },
        Breakage("gpu_access", .critical, .rebootNode) { $0.refusal = .error(code: 999) },
        Breakage("gpu_answers", .critical, .rebootNode) { $0.now { $0.powerMilliwatts = .unavailable(.gpuLost) } },
        Breakage("gpu_answers", .critical, .resetGPU) { $0.now { $0.memory = .unavailable(.resetRequired) } },
        // Lost half way through the reading: whatever comes last tells of it.
        Breakage("gpu_answers", .critical, .rebootNode) { $0.uuid = .unavailable(.gpuLost) },
        Breakage("gpu_answers", .critical, .rebootNode) { $0.fabric?.state = .unavailable(.gpuLost) },
        Breakage("gpu_answers", .critical, .rebootNode) { $0.links?.count = .unavailable(.gpuLost) },
        Breakage("gpu_answers", .critical, .resetGPU) {
            $0.memory { $0.volatile.corrected = .unavailable(.resetRequired) }
        },
        Breakage("gpu_answers", .warning, .resetGPU) {
            $0.inventory?.inforomImageVersion = .unavailable(.error(code: 14))
        },
        Breakage("gpu_answers", .warning, .resetGPU) {
            $0.memory { $0.isInforomValid = .unavailable(.error(code: 14)) }
        },
        // Memory.
        Breakage("uncorrected_memory_errors", .warning, .resetGPU) {
            $0.memory { $0.volatile.uncorrected = .value(1) }
        },
        Breakage("uncorrected_memory_errors", .critical, .resetGPU) {
            $0.inventory?.computeCapability = .value(86)
            $0.memory { $0.volatile.uncorrected = .value(1) }
        },
        Breakage("uncorrected_memory_errors", .critical, .resetGPU) {
            $0.memory {
                $0.volatile.uncorrected = .value(1)
                $0.recoveryAction = .unavailable(.notSupported)
            }
        },
        Breakage("uncorrected_memory_errors", .warning, .resetGPU) {
            $0.memoryHealth?.volatile.uncorrected = .unavailable(.notSupported)
            $0.memoryHealth?.volatile.locations = [.init(.dram, corrected: .value(0), uncorrected: .value(5))]
        },
        Breakage("corrected_memory_errors", .warning, .none) { $0.memory { $0.volatile.corrected = .value(100_000) } },
        Breakage("sram_threshold", .critical, .contactSupport) {
            var sram = SRAMErrors()
            sram.isThresholdExceeded = true
            $0.memoryHealth?.sram = .value(sram)
        },
        Breakage("sram_uncorrected_errors", .warning, .fieldDiagnostics) {
            $0.memoryHealth?.volatile.locations[0].uncorrected = .value(1)
        },
        Breakage("sram_uncorrected_errors", .warning, .fieldDiagnostics) {
            var sram = SRAMErrors()
            (sram.volatileUncorrectedParity, sram.volatileUncorrectedSECDED) = (.max, 2)
            $0.memoryHealth?.sram = .value(sram)
            $0.memoryHealth?.volatile.locations[0].uncorrected = .unavailable(.notSupported)
        },
        Breakage("row_remap_failure", .critical, .fieldDiagnostics) { $0.rows(0, 8, failed: true) },
        Breakage("row_remap_failure", .critical, .fieldDiagnostics) { $0.rows(nil, nil, failed: true) },
        Breakage("row_remap_pending", .warning, .resetGPU) { $0.rows(0, 1, pending: true) },
        Breakage("many_remapped_rows", .warning, .fieldDiagnostics) { $0.rows(0, 512) },
        Breakage("bank_without_spares", .warning, .fieldDiagnostics) {
            $0.memory { $0.remapHistogram = .value(RemapHistogram(max: 0, high: 0, partial: 0, low: 0, none: 1)) }
        },
        Breakage("repair_pending", .warning, .resetGPU) {
            $0.memory { $0.repair = .value(RepairPending(channel: false, tpc: true)) }
        },
        Breakage("unrepairable_memory", .critical, .contactSupport) {
            $0.memory { $0.hasUnrepairableMemory = .value(true) }
        },
        Breakage("retired_pages", .critical, .fieldDiagnostics) { $0.pages(single: 60, double: 3) },
        Breakage("retired_pages", .critical, .fieldDiagnostics) {
            $0.pages(single: 0, double: 16, times: [day, 2 * day, 30 * day])
        },
        Breakage("page_retirement_pending", .warning, .resetGPU) {
            $0.memory { $0.retiredPages.isPending = .value(true) }
        },
        // PCIe.
        Breakage("pcie_width", .warning, .checkPCIe) { $0.now { $0.pcieWidth = .value(8) } },
        Breakage("pcie_generation", .warning, .checkPCIe) {
            $0.now {
                $0.pcieGeneration = .value(3)
                $0.utilizationGPUPercent = .value(90)
                $0.clocksEventReasons = .value(4)
            }
        },
        // NVLink and fabric.
        Breakage("nvlink_down", .critical, .checkNVLink) { $0.link(7) { $0.isActive = .value(false) } },
        Breakage("nvlink_down", .critical, .checkNVLink) {
            $0.links?.count = .value(0)
            $0.links?.links = []
        },
        Breakage("nvlink_down", .critical, .checkNVLink) {
            $0.links?.count = .unavailable(.notSupported)
            $0.links?.links = []
        },
        Breakage("c2c_down", .warning, .resetGPU) {
            $0.links?.c2cCount = .value(2)
            $0.links?.c2cLinks = [UInt32(0), 1].map { number in
                var link = C2CLink()
                (link.number, link.isActive) = (number, .value(number == 0))
                return link
            }
        },
        Breakage("nvlink_speed", .warning, .checkNVLink) { $0.link(7) { $0.speedMBps = .value(20_000) } },
        Breakage("nvlink_bit_errors", .critical, .checkNVLink) {
            $0.link(7) { $0.errors.effectiveBER = .value(0x10b) }
        },
        Breakage("nvlink_bit_errors", .critical, .checkNVLink) {
            $0.link(7) { $0.errors.symbolBER = .value(0x103) }
        },
        Breakage("fabric_state", .warning, .checkFabricManager) { $0.fabric?.state = .value(2) },
        Breakage("fabric_state", .critical, .checkFabricManager) { $0.fabric?.state = .value(1) },
        Breakage("fabric_state", .critical, .checkFabricManager) { $0.fabric?.state = .value(0) },
        Breakage("fabric_state", .critical, .checkFabricManager) {
            $0.fabric?.state = .unavailable(.notSupported)
        },
        Breakage("fabric_status", .critical, .checkFabricManager) { $0.fabric?.status = .value(999) },
        Breakage("fabric_health", .critical, .checkNVLink) { $0.fabric?.healthMask = .value(0x1a9) },
        Breakage("fabric_health", .critical, .checkFabricManager) { $0.fabric?.healthMask = .value(0x5aa) },
        Breakage("fabric_partition", .warning, .checkFabricManager) { $0.fabric?.healthMask = .value(0x21aa) },
        Breakage("fabric_summary", .critical, .checkFabric) { $0.fabric?.healthSummary = .value(2) },
        Breakage("fabric_summary", .warning, .checkFabric) { $0.fabric?.healthSummary = .value(3) },
        // Heat, power, clocks.
        Breakage("temperature_margin", .critical, .checkThermals) { $0.now { $0.temperatureMarginC = .value(-3) } },
        Breakage("temperature_margin", .critical, .checkThermals) {
            $0.name = .value("NVIDIA B200")
            $0.now { $0.temperatureMarginC = .value(-4) }
        },
        Breakage("temperature", .warning, .checkThermals) {
            $0.now {
                $0.temperatureMarginC = .unavailable(.notSupported)
                $0.temperatureC = .value(89)
            }
        },
        Breakage("memory_temperature", .warning, .checkThermals) { $0.now { $0.memoryTemperatureC = .value(96) } },
        Breakage("thermal_slowdown", .warning, .checkThermals) { $0.now { $0.clocksEventReasons = .value(0x48) } },
        Breakage("power_brake", .warning, .checkPower) { $0.now { $0.clocksEventReasons = .value(0x88) } },
        Breakage("power_reading", .warning, .contactSupport) { $0.now { $0.powerMilliwatts = .value(1_500_001) } },
        Breakage("power_reading", .warning, .rebootNode) {
            $0.now { $0.powerMilliwatts = .unavailable(.error(code: 999)) }
        },
        Breakage("low_clock", .warning, .resetGPU) {
            $0.now {
                $0.utilizationGPUPercent = .value(99)
                $0.clocksEventReasons = .value(0)
            }
        },
        // Memory and settings.
        Breakage("memory_size", .warning, .fieldDiagnostics) {
            $0.inventory?.memoryTotalBytes = .value(60 << 30)
        },
        Breakage("bank_group_without_spares", .warning, .fieldDiagnostics) {
            $0.memoryHealth?.bankRemapper = .value(BankRemapper(isPending: false, groupsWithoutSpares: 4))
        },
        Breakage("repair_pending", .warning, .resetGPU) {
            $0.memoryHealth?.bankRemapper = .value(BankRemapper(isPending: true, groupsWithoutSpares: 0))
        },
        Breakage("uncorrected_memory_errors", .warning, .resetGPU) {
            $0.memoryHealth?.volatile.locations = [
                ECCLocationCount(.dram, corrected: .value(0), uncorrected: .value(4))
            ]
        },
        Breakage("uncorrected_memory_errors", .warning, .resetGPU) {
            $0.memoryHealth?.volatile.uncorrected = .unavailable(.error(code: 999))
            $0.memoryHealth?.volatile.locations = [
                ECCLocationCount(.dram, corrected: .value(0), uncorrected: .value(4))
            ]
        },
        Breakage("gpu_answers", .critical, .resetGPU) {
            $0.inventory?.powerLimitEnforcedMilliwatts = .unavailable(.resetRequired)
        },
        Breakage("low_clock", .warning, .checkDriver) {
            $0.now {
                $0.utilizationGPUPercent = .value(99)
                $0.clocksEventReasons = .value(2)
            }
        },
        // Software.
        Breakage("compute_mode", .warning, .checkDriver) { $0.inventory?.computeMode = .value(2) },
        Breakage("dead_process_holds_memory", .warning, .checkApp) {
            $0.processes?.compute = .value([GPUProcess(pid: 7, usedMemoryBytes: 1 << 30, life: .gone)])
        },
        Breakage("dead_process_holds_memory", .warning, .restartApp) {
            $0.processes?.compute = .value([GPUProcess(pid: 7, usedMemoryBytes: 1 << 30, life: .zombie)])
        },
        Breakage("unowned_memory", .warning, .checkApp) {
            $0.now {
                $0.memory = .value(MemoryUse(total: 80 << 30, used: 1 << 30, free: 78 << 30, reserved: 600 << 20))
            }
        },
    ]

    @Test("it is named with its action, and no other GPU is accused", arguments: breakages)
    func isNamed(_ breakage: Breakage) throws {
        let report = HealthyNode.report { breakage.change(&$0.gpus[3]) }
        let finding = try #require(report.findings.first { $0.rule == breakage.rule && $0.severity > .info })
        #expect(finding.severity == breakage.severity)
        #expect(finding.action == breakage.action)
        #expect(finding.gpu == 3)
        #expect(!finding.evidence.isEmpty)
        #expect(!finding.confirm.isEmpty)
        let verdict = report.gpus[3]
        #expect(verdict.verdict == (breakage.severity == .critical ? .unhealthy : .degraded))
        #expect(verdict.action == breakage.action)
        #expect(report.verdict == verdict.verdict)
        for other in report.gpus where other.index != 3 {
            #expect(other.verdict == .healthy, "GPU \(other.index ?? 99): \(other.gaps)")
        }
        #expect(report.findings.allSatisfy { $0.gpu == 3 })
    }
}
