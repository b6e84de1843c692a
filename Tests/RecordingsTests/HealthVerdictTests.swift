import JSON
import TestSupport
import Testing

/// Which GPU is accused, of what, and what is to be done: by hand, for every recorded and every built-in node.
@Suite(.serialized, .blocking) struct HealthVerdictTests {
    @Test(arguments: ExpectedHealth.recordings)
    func recordedNodes(expected: ExpectedHealth) async throws {
        try await judge(try #require(Recording.named(expected.node)), expected)
    }

    @Test(arguments: ExpectedHealth.builtIn)
    func builtInNodes(expected: ExpectedHealth) async throws {
        try await judge(try #require(Recording.builtIn.first { $0.name == expected.node }), expected)
    }

    /// The one whose answer depends on how long is waited is not in the table: its own test is below.
    @Test func everyNodeIsInTheTable() {
        #expect(Set(ExpectedHealth.recordings.map(\.node)) == Set(Recording.all.map(\.name)))
        #expect(Set(ExpectedHealth.builtIn.map(\.node) + ["driver-hang"]) == Set(Recording.builtIn.map(\.name)))
    }

    /// The GPU at which the driver hangs is named; those behind it are unknown, never healthy by default.
    @Test func aDriverThatHangs() async throws {
        let node = try #require(Recording.builtIn.first { $0.name == "driver-hang" })
        let health = try await HealthText(of: node)
        #expect(health.verdict == "unhealthy")
        let stuck = try #require(health.gpus.first { $0.names.contains("3") })
        #expect(stuck.verdict == "unhealthy")
        #expect(["RESET_GPU", "REBOOT_NODE"].contains(stuck.action ?? ""))
        #expect(health.gpus.filter { !["healthy", "unknown"].contains($0.verdict) }.count == 1)
        #expect(health.gpus.count == 8)
    }

    /// With a clock that runs, the same counters grow.
    @Test func linksThatMakeErrors() throws {
        let node = try #require(Recording.builtIn.first { $0.name == "nvlink-errors" })
        let session = try AgentSession(simulating: node.scenario, clock: nil)
        let health = try HealthText(try session.call("get_gpu_health"))
        #expect(health.verdict == "unhealthy")
        for gpu in health.gpus {
            let isBad = gpu.names.contains("1")
            #expect(gpu.verdict == (isBad ? "unhealthy" : "healthy"))
            #expect(gpu.action == (isBad ? "CHECK_NVLINK" : nil))
        }
        #expect(health.findings.contains { $0.rule == "nvlink_errors" && $0.severity == "critical" })
        // Of a reading without a second one nobody knows whether it goes on.
        let blind = try AgentSession(simulating: node.scenario, clock: nil)
        let once = try HealthText(try blind.call("get_gpu_health", #"{"window_ms":0}"#))
        #expect(once.gpus.first { $0.names.contains("1") }?.verdict == "unknown")
        #expect(once.unchecked.contains { $0.check == "nvlink_errors" && $0.reason == "not_read" })
    }

    /// The same fault, seen by an agent that may not read the kernel's log: what depends on it is unknown.
    @Test func withoutTheKernelLogNothingIsHealthy() async throws {
        let node = try #require(Recording.named("kernel-log-unreadable"))
        let health = try await HealthText(of: node)
        #expect(health.unchecked.contains { $0.check == "kernel_log" && $0.reason == "no_permission" })
        #expect(health.gpus.allSatisfy { $0.verdict == "unknown" })
    }

    /// Nobody is asked about a GPU that NVML lost without hearing of it.
    @Test(arguments: ["gpu-fallen-off-bus"])
    func aLostGPUIsNamedByEveryTool(node: String) async throws {
        let answers = try await NodeAnswers.shared.answers(of: try #require(Recording.named(node)))
        for (tool, answer) in answers { #expect(answer.contains("0000:c3:00.0"), "\(tool) keeps silent about it") }
    }

    private func judge(_ node: Recording, _ expected: ExpectedHealth) async throws {
        let health = try await HealthText(of: node)
        #expect(health.verdict == expected.verdict)
        for gpu in health.gpus {
            let accused = expected.accused.first { gpu.names.contains($0.gpu) }
            #expect(gpu.verdict == accused?.verdict ?? expected.others, "GPU \(gpu.names)")
            #expect(gpu.action == accused?.action, "GPU \(gpu.names)")
        }
        for accused in expected.accused {
            #expect(health.gpus.contains { $0.names.contains(accused.gpu) }, "GPU \(accused.gpu) is not in the answer")
        }
        for cause in expected.causes { #expect(health.hasFinding(cause, expected.accused), "no finding: \(cause)") }
        for finding in health.findings where finding.severity != "info" {
            let isExpected =
                finding.gpus.isEmpty
                ? expected.nodeFindings.contains(finding.rule)
                : finding.gpus.allSatisfy { gpu in expected.accused.contains { $0.gpu == gpu } }
            #expect(
                isExpected || expected.disagreements.contains(finding.rule),
                "accuses \(finding.gpus): \(finding.rule), \(finding.title)")
        }
    }
}

/// `get_gpu_health`'s answer.
struct HealthText {
    struct GPU {
        /// Index and bus id.
        let names: [String]
        let verdict: String
        let action: String?
    }

    struct Finding {
        let rule: String
        let title: String
        let severity: String
        /// Indexes; the bus id of a GPU that NVML has lost.
        let gpus: [String]
    }

    let verdict: String
    let gpus: [GPU]
    let findings: [Finding]
    let unchecked: [(check: String, reason: String)]

    init(of node: Recording) async throws {
        let answers = try await NodeAnswers.shared.answers(of: node)
        try self.init(answers["get_gpu_health"] ?? "")
    }

    init(_ reply: String) throws {
        let answer = try JSONParser.parse(reply)
        func text(_ value: JSONValue, _ key: String) -> String { value[key]?.stringValue ?? "" }
        verdict = text(answer, "verdict")
        gpus = (answer["devices"]?.arrayValue ?? []).map { gpu in
            GPU(
                names: [gpu["index"]?.intValue.map { "\($0)" }, gpu["bus_id"]?.stringValue].compactMap { $0 },
                verdict: text(gpu, "verdict"), action: gpu["action"]?.stringValue)
        }
        let lost = Set(gpus.filter { $0.names.count == 1 }.flatMap(\.names))
        findings = (answer["findings"]?.arrayValue ?? []).map { finding in
            let indexes = (finding["gpus"]?.arrayValue ?? []).compactMap { $0.intValue.map { "\($0)" } }
            let bus = finding["bus_id"]?.stringValue.flatMap { lost.contains($0) ? $0 : nil }
            return Finding(
                rule: text(finding, "rule"), title: text(finding, "title"), severity: text(finding, "severity"),
                gpus: indexes + [bus].compactMap { $0 })
        }
        unchecked = (answer["unchecked"]?.arrayValue ?? []).map { (text($0, "check"), text($0, "reason")) }
    }

    /// - Parameter cause: `rule`, or `rule: words of the title`.
    func hasFinding(_ cause: String, _ accused: [ExpectedHealth.Accused]) -> Bool {
        let parts = cause.split(separator: ":", maxSplits: 1).map { $0.trimmingPrefix { $0 == " " } }
        return findings.contains { finding in
            finding.rule == parts[0] && (parts.count == 1 || finding.title.contains(parts[1]))
                && (accused.isEmpty || finding.gpus.contains { gpu in accused.contains { $0.gpu == gpu } })
        }
    }
}
