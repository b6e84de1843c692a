import Foundation
import JSON
import TestSupport
import Testing

/// A node that nobody has recorded, and the one rule by which its GPU 1 is found, or the one check that cannot be made.
struct InventedNode: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// A scenario.
    let text: String
    let verdict: String
    /// Of a finding, or of a check without evidence where the verdict is unknown.
    let rule: String

    init(_ words: String, _ verdict: String, _ rule: String, _ text: String) {
        testDescription = words
        self.verdict = verdict
        self.rule = rule
        self.text = text
    }

    /// Changes GPU 1 of a built-in node.
    static func gpu(
        _ words: String, _ verdict: String, _ rule: String, of node: String = "h100x8", _ change: String
    ) -> InventedNode {
        InventedNode(words, verdict, rule, #"{"extends":"\#(node)","gpus":[{"index":1,\#(change)}]}"#)
    }
}

/// Faults and failing readings as the library and the node's files show them, through the whole agent.
@Suite(.serialized, .blocking) struct InventedNodeTests {
    static let nodes: [InventedNode] = [
        .gpu(
            "remapped rows beyond 32 bits", "healthy", "remap_history",
            #""row_remap":{"correctable":4294967295,"uncorrectable":1}"#),
        .gpu(
            "rows remapped while MIG is on, told by fields only", "unhealthy", "row_remap_failure", of: "a100-mig",
            #""row_remap":null,"fields":{"144":1,"145":1}"#),
        .gpu(
            "rows waiting for a reset, told by fields only", "degraded", "row_remap_pending",
            #""row_remap":null,"fields":{"144":1,"145":0}"#),
        .gpu(
            "InfoROM corrupted", "degraded", "gpu_answers",
            #""firmware":{"inforom_valid":{"error":"CORRUPTED_INFOROM"}}"#),
        .gpu(
            "reset needed, told by a field of older drivers", "unhealthy", "recovery_action",
            #""recovery_action":{"error":"INVALID_ARGUMENT"},"fields":{"226":1}"#),
        .gpu(
            "drain and reset needed, told by a field of older drivers", "unhealthy", "recovery_action",
            #""recovery_action":null,"fields":{"226":0,"227":1}"#),
        .gpu(
            "a field of older drivers fails", "unknown", "recovery_action",
            #""recovery_action":null,"fields":{"226":{"error":"UNKNOWN"}}"#),
        .gpu("memory too hot", "degraded", "memory_temperature", #""temperature":{"memory_c":120}"#),
        .gpu("no NVLinks among others", "unhealthy", "nvlink_down", #""nvlink":{"link_count":0}"#),
        .gpu("NVLinks not supported among others", "unhealthy", "nvlink_down", #""nvlink":{"link_count":null}"#),
        .gpu(
            "symbol errors", "unhealthy", "nvlink_bit_errors", of: "b200x8",
            #""nvlink":{"all_links":{"nvlink5":{"symbol_ber":"0x103"}}}"#),
        .gpu(
            "SRAM errors in detail only", "degraded", "sram_uncorrected_errors",
            """
            "ecc":{"volatile":{"uncorrected":{"dram":0,"sram":null,"total":0}},\
            "sram":{"volatile_parity":5,"volatile_secded":2}}
            """),
        .gpu(
            "lost between two readings", "unhealthy", "gpu_access",
            """
            "pcie":{"replay":100000},\
            "faults":[{"call":"nvmlDeviceGetHandleByIndex","result":"GPU_IS_LOST","after_calls":1}]
            """),
        .gpu(
            "slowdown temperature fails", "unknown", "temperature",
            #""temperature":{"gpu_c":92,"margin_c":null,"slowdown_c":{"error":"UNKNOWN"}}"#),
        .gpu(
            "time of heat fails", "unknown", "thermal_slowdown", #""limiters_ns":{"thermal":{"error":"UNKNOWN"}}"#),
        InventedNode(
            "PCIe errors may not be read", "unknown", "pcie_errors",
            #"{"extends":"h100x8","host":{"files":{"\#(device)/aer_dev_fatal":{"forbidden":true}}}}"#),
        InventedNode(
            "fatal PCIe errors", "unhealthy", "pcie_errors",
            #"{"extends":"h100x8","host":{"files":{"\#(device)/aer_dev_fatal":"SDES 3\nTOTAL_ERR_FATAL 3\n"}}}"#),
        InventedNode(
            "fewer lanes by the bus", "degraded", "pcie_width",
            #"{"extends":"h100x8","host":{"files":{"\#(device)/current_link_width":"8\n"}}}"#),
        InventedNode(
            "device node missing", "degraded", "device_node",
            #"{"extends":"h100x8","host":{"remove":["/dev/nvidia1"]}}"#),
    ]

    private static let device = "/sys/devices/pci0000:42/0000:42:01.0/0000:43:00.0"

    @Test(arguments: nodes)
    func isJudged(node: InventedNode) throws {
        let scenario = try ScenarioFile(node.text)
        let health = try HealthText(
            try AgentSession(simulating: scenario.path, clock: nil).call("get_gpu_health", #"{"window_ms":300}"#))
        let gpu = try #require(health.gpus.first { $0.names.contains("1") })
        #expect(gpu.verdict == node.verdict)
        if node.verdict == "unknown" {
            #expect(health.unchecked.contains { $0.check == node.rule })
        } else {
            #expect(health.findings.contains { $0.rule == node.rule && $0.gpus == ["1"] })
        }
    }

    /// To a driver that is older than a field, its number is an invalid argument; that says nothing of the GPU.
    @Test func fieldsThatTheDriverIsTooOldFor() throws {
        let unknown = #"{"error":"INVALID_ARGUMENT"}"#
        let scenario = try ScenarioFile(
            """
            {"extends":"h100x8","all_gpus":{"recovery_action":\(unknown),"c2c":{"link_count":\(unknown)},\
            "nvlink":{"all_links":{"speed_mbps":\(unknown),"crc_data":\(unknown)}},"limiters_ns":{"thermal":\(unknown)},\
            "temperature":{"memory_max_c":\(unknown)},"ecc":{"volatile":{"corrected":{"sram":\(unknown),"total":0}}}}}
            """)
        let health = try HealthText(
            try AgentSession(simulating: scenario.path, clock: nil).call("get_gpu_health", #"{"window_ms":300}"#))
        #expect(health.verdict == "healthy")
        #expect(health.unchecked.isEmpty)
    }

    private static let resetRequired =
        "NVRM: nvAssertOkFailedNoLog: Assertion failed: Reset required [NV_ERR_RESET_REQUIRED] (0x00000062) returned from status"

    /// The line names no GPU: each that cannot tell that it needs none may be the one.
    @Test(arguments: [
        (#""recovery_action":{"error":"INVALID_ARGUMENT"}"#, "degraded", 8),
        (#""recovery_action":null,"fields":{"226":0}"#, "degraded", 8),
        (#""recovery_action":null,"fields":{"226":0,"227":0}"#, "healthy", 0),
        (#""recovery_action":"none""#, "healthy", 0),
    ])
    func aDriverThatWantsAReset(gpu: String, verdict: String, unchecked: Int) throws {
        let scenario = try ScenarioFile(
            #"{"extends":"h100x8","all_gpus":{\#(gpu)},"kernel_log":[{"ago_s":60,"priority":3,"message":"\#(Self.resetRequired)"}]}"#
        )
        let health = try HealthText(
            try AgentSession(simulating: scenario.path, clock: nil).call("get_gpu_health", #"{"window_ms":300}"#))
        #expect(health.verdict == verdict)
        #expect(health.findings.map(\.rule) == ["kernel_log"])
        #expect(health.unchecked.isEmpty == (unchecked == 0))
    }

    /// A start of the driver resets its GPUs.
    @Test func aDriverThatWantedAReset() throws {
        let scenario = try ScenarioFile(
            """
            {"extends":"h100x8","all_gpus":{"recovery_action":null},"kernel_log":[\
            {"ago_s":600,"priority":3,"message":"\(Self.resetRequired)"},\
            {"ago_s":60,"message":"NVRM: loading NVIDIA UNIX x86_64 Kernel Module  550.90.07  Fri May 31 09:35:42 UTC 2024"}]}
            """)
        let health = try HealthText(
            try AgentSession(simulating: scenario.path, clock: nil).call("get_gpu_health", #"{"window_ms":300}"#))
        #expect(health.verdict == "healthy")
        #expect(health.unchecked.isEmpty)
    }

    /// A session remembers counters for minutes; whether a brake holds now is asked now.
    @Test func aBrakeThatBeginsInASession() async throws {
        // The bit 128 is set five seconds from now, for thirteen seconds; what moves counts from the machine's boot, and the
        // bits above are none that this GPU supports.
        let from = 256 - (10 * (Self.secondsSinceBoot + 5) + 128) % 256
        let scenario = try ScenarioFile(
            """
            {"extends":"h100x8","gpus":[\
            {"index":1,"event_reasons":{"active":{"from":\(from),"per_second":10},"supported":128}}]}
            """)
        let session = try AgentSession(simulating: scenario.path, clock: nil)
        var health = try HealthText(try session.call("get_gpu_health", #"{"window_ms":300}"#))
        #expect(health.verdict == "healthy")
        for _ in 0..<30 where health.findings.isEmpty {
            try await Task.sleep(for: .milliseconds(400))
            health = try HealthText(try session.call("get_gpu_health", #"{"window_ms":300}"#))
        }
        #expect(health.findings.map(\.rule) == ["power_brake"])
        #expect(health.gpus.first { $0.names.contains("1") }?.verdict == "degraded")
    }

    private static var secondsSinceBoot: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec
    }

    /// What is said of the node as a whole concerns each GPU.
    @Test func findingsOfTheNodeAreNotFilteredOut() throws {
        let scenario = try ScenarioFile(
            """
            {"extends":"h100x8","kernel_log":[{"ago_s":60,"priority":3,"message":"nvidia-nvswitch0: SXid \
            (PCI:0000:c1:00.0): 10003, Fatal, unhandled interrupt in _nvswitch_service_nport_interrupts_ls10(2317)"}]}
            """)
        let session = try AgentSession(simulating: scenario.path)
        let health = try HealthText(try session.call("get_gpu_health", #"{"gpu":1}"#))
        #expect(health.findings.map(\.rule) == ["kernel_log"])
        #expect(health.gpus.map(\.verdict) == ["unhealthy"])
    }
}

/// A scenario in a file of its own, removed with it.
private final class ScenarioFile {
    let path: String

    init(_ text: String) throws {
        path = FileManager.default.temporaryDirectory.path + "/scenario-\(UUID().uuidString).json"
        try Data(text.utf8).write(to: URL(filePath: path))
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
