import Diagnosis
import Snapshots
import Testing

/// A reading that fails, and the check that cannot be made without it.
struct Failure: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let check: String
    let change: @Sendable (inout NodeSnapshot) -> Void

    init(_ words: String, _ check: String, _ change: @escaping @Sendable (inout NodeSnapshot) -> Void) {
        testDescription = words
        self.check = check
        self.change = change
    }
}

@Suite("Health: readings that fail")
struct MissingReadingTests {
    private static let error = Unavailable.error(code: 999)

    static let failures: [Failure] = [
        Failure("slowdown temperature", "temperature") { node in
            node.gpus[3].now {
                $0.temperatureMarginC = .unavailable(.notSupported)
                $0.slowdownTemperatureC = .unavailable(error)
            }
        },
        Failure("errors of a memory with ECC", "uncorrected_memory_errors") { node in
            node.gpus[3].memoryHealth?.volatile.uncorrected = .unavailable(.notSupported)
            node.gpus[3].memoryHealth?.volatile.locations = []
        },
        Failure("a fabric state that NVML does not have", "fabric_state") { node in
            node.gpus[3].fabric?.state = .value(7)
        },
        Failure("memory's highest temperature", "memory_temperature") { node in
            node.gpus[3].now { $0.memoryMaxTemperatureC = .unavailable(error) }
        },
        Failure("time held down by heat", "thermal_slowdown") { node in
            node.gpus[3].now { $0.limiters.thermal = .unavailable(error) }
        },
        Failure("utilization", "low_clock") { node in
            node.gpus[3].now { $0.utilizationGPUPercent = .unavailable(error) }
        },
        Failure("effective bit error rate", "nvlink_bit_errors") { node in
            node.gpus[3].link(2) { $0.errors.effectiveBER = .unavailable(.timedOut) }
        },
        Failure("symbol bit error rate", "nvlink_bit_errors") { node in
            node.gpus[3].link(2) { $0.errors.symbolBER = .unavailable(.timedOut) }
        },
        Failure("its name", "gpu_access") { node in node.gpus[3].name = .unavailable(error) },
        Failure("bank remapper", "repair_pending") { node in
            node.gpus[3].memoryHealth?.bankRemapper = .unavailable(error)
        },
        Failure("handle, for want of the host's memory", "gpu_access") { node in
            node.gpus[3].refusal = .error(code: 20)
        },
        Failure("P-state of a GPU under load on a slow PCIe link", "pcie_generation") { node in
            node.gpus[3].now {
                $0.utilizationGPUPercent = .value(99)
                $0.clockSMMHz = .value(1_900)
                $0.pcieGeneration = .value(1)
                $0.performanceState = .unavailable(error)
            }
        },
        Failure("C2C link count", "c2c_down") { node in node.gpus[3].links?.c2cCount = .unavailable(error) },
        Failure("link speed", "nvlink_speed") { node in
            node.gpus[3].link(2) { $0.speedMBps = .unavailable(error) }
        },
        Failure("InfoROM", "gpu_answers") { node in node.gpus[3].memoryHealth?.isInforomValid = .unavailable(error) },
        Failure("UUID", "gpu_answers") { node in node.gpus[3].uuid = .unavailable(error) },
        Failure("serial number", "gpu_answers") { node in node.gpus[3].inventory?.serial = .unavailable(error) },
        Failure("performance state", "gpu_answers") { node in
            node.gpus[3].now { $0.performanceState = .unavailable(error) }
        },
        Failure("graphics processes", "dead_process_holds_memory") { node in
            node.gpus[3].processes?.graphics = .unavailable(error)
        },
        Failure("MPS processes", "dead_process_holds_memory") { node in
            node.gpus[3].processes?.mps = .unavailable(error)
        },
        Failure("fatal PCIe errors", "pcie_errors") { node in
            node.changePCIDevice(3) { $0.errors.fatal = .unavailable(.noPermission) }
        },
        Failure("other uncorrected PCIe errors", "pcie_errors") { node in
            node.changePCIDevice(3) { $0.errors.nonFatal = .unavailable(.noPermission) }
        },
        Failure("corrected PCIe errors of the port above", "pcie_errors") { node in
            node.changePCIDevice(3) { $0.upstream?.errors.correctable = .unavailable(.noPermission) }
        },
        Failure("remapped rows while MIG is on", "row_remap_failure") { node in
            node.gpus[3].inventory?.migMode = .value(ModePair(current: true, pending: true))
            node.gpus[3].memoryHealth?.remappedRows = .unavailable(.notSupported)
        },
        Failure("memory in use, while processes of other namespaces cannot be seen", "unowned_memory") { node in
            node.gpus[3].now {
                $0.memory = .value(MemoryUse(total: 80 << 30, used: 9 << 30, free: 70 << 30, reserved: 600 << 20))
            }
            var processes = ProcessesSnapshot()
            processes.sharesProcessIDs = false
            node.nodeProcesses = processes
        },
        Failure("a temperature that others of its name have", "peer_readings") { node in
            node.gpus[3].now { $0.temperatureC = .unavailable(.notSupported) }
        },
        Failure("power that others of its name have", "peer_readings") { node in
            node.gpus[3].now { $0.powerMilliwatts = .unavailable(.notSupported) }
        },
        Failure("reasons of low clocks that others of its name have", "peer_readings") { node in
            node.gpus[3].now { $0.clocksEventReasons = .unavailable(.notSupported) }
        },
        Failure("memory in use that others of its name tell", "peer_readings") { node in
            node.gpus[3].now { $0.memory = .unavailable(.notSupported) }
        },
        Failure("remapped rows that others of its name have", "peer_readings") { node in
            node.gpus[3].memoryHealth?.remappedRows = .unavailable(.notSupported)
        },
        Failure("ECC that others of its name have", "peer_readings") { node in
            node.gpus[3].memoryHealth?.eccMode = .unavailable(.notSupported)
        },
        Failure("a registration that has just begun", "fabric_state") { node in
            node.devices?.bootedMicroseconds = .value(HealthyNode.now - 300_000_000)
            node.gpus[3].fabric?.state = .value(2)
        },
        Failure("a registration that has not yet begun", "fabric_state") { node in
            node.devices?.bootedMicroseconds = .value(HealthyNode.now - 300_000_000)
            node.gpus[3].fabric?.state = .value(1)
        },
        Failure("a registration, and nobody knows since when", "fabric_state") { node in
            node.devices?.bootedMicroseconds = .unavailable(.notRead)
            node.gpus[3].fabric?.state = .value(2)
        },
    ]

    @Test("the GPU is not healthy because of them, and the check is named", arguments: failures)
    func isGap(_ failure: Failure) {
        let report = HealthyNode.report { failure.change(&$0) }
        #expect(report.gpus[3].verdict == .unknown)
        #expect(Set(report.gpus[3].gaps.map(\.check)) == [failure.check])
        #expect(report.gpus.allSatisfy { $0.index == 3 || $0.verdict == .healthy })
        #expect(report.findings.allSatisfy { $0.severity == .info })
    }

    @Test("readings that no GPU of a name has are no gap")
    func notSupportedByAny() {
        let report = HealthyNode.report { node in
            for gpu in node.gpus.indices {
                node.gpus[gpu].now {
                    $0.temperatureC = .unavailable(.notSupported)
                    $0.powerMilliwatts = .unavailable(.notSupported)
                }
                node.gpus[gpu].memoryHealth?.eccMode = .unavailable(.notSupported)
                node.gpus[gpu].memoryHealth?.remappedRows = .unavailable(.notSupported)
            }
            // Of these two only one can do it, and they are no pair.
            node.gpus[3].now { $0.powerMilliwatts = .value(70_000) }
            node.gpus[3].name = .value("NVIDIA T400")
        }
        #expect(report.verdict == .healthy)
    }

    @Test("readings that a GPU does not have are no gap")
    func notSupported() {
        let report = HealthyNode.report { node in
            node.gpus[3].now {
                $0.temperatureMarginC = .unavailable(.notSupported)
                $0.slowdownTemperatureC = .unavailable(.notSupported)
                $0.memoryMaxTemperatureC = .unavailable(.notSupported)
                $0.limiters.thermal = .unavailable(.notSupported)
            }
            node.gpus[3].memoryHealth?.isInforomValid = .unavailable(.notSupported)
            node.gpus[3].processes?.mps = .unavailable(.notSupported)
            node.changePCIDevice(3) {
                $0.errors = HostPCIErrors(
                    correctable: .unavailable(.notSupported), nonFatal: .unavailable(.notSupported),
                    fatal: .unavailable(.notSupported))
            }
        }
        #expect(report.verdict == .healthy)
    }
}
