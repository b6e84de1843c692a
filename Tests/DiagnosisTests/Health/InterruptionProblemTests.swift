import Diagnosis
import Snapshots
import Testing

/// Who is to blame for a child process that did not finish.
@Suite struct InterruptionProblemTests {
    private func crash(_ signal: Int32, in call: String? = nil) -> ProbeInterruption {
        ProbeInterruption(cause: .crashed(signal: signal), call: call, deadline: .seconds(3))
    }

    @Test(arguments: [(4, "SIGILL"), (5, "SIGTRAP"), (7, "SIGBUS"), (11, "SIGSEGV")] as [(Int32, String)])
    func aCrashIsTheLibrarysOnlyInOneOfItsFunctions(_ signal: Int32, _ name: String) {
        let own = crash(signal).problem
        #expect(own.kind == "probe_failed")
        #expect(own.message.contains("(signal \(signal), \(name))") && own.message.contains("outside NVIDIA's library"))
        #expect(own.remedy.contains("report"))
        let library = crash(signal, in: "nvmlDeviceGetMemoryInfo").problem
        #expect(library.kind == "probe_crashed")
        #expect(
            library.message == "NVIDIA's library crashed in nvmlDeviceGetMemoryInfo (signal \(signal), \(name)).")
    }

    @Test func aCrashWhileTheLibraryIsLoadedNamesTheFile() {
        let problem = crash(7, in: "dlopen(/usr/lib64/libnvidia-ml.so.1)").problem
        #expect(problem.kind == "probe_crashed")
        #expect(problem.message.contains("dlopen(/usr/lib64/libnvidia-ml.so.1) (signal 7, SIGBUS)"))
        #expect(problem.remedy.contains("damaged"))
    }

    @Test(
        "a start that is slow counts as hung after seconds, however short the deadline", arguments: [(1, 12), (5, 20)])
    func patience(_ deadline: Int, _ patience: Int) {
        var slow = ProbeInterruption(cause: .timedOut, call: "nvmlInit_v2", deadline: .seconds(deadline))
        slow.isStillWorking = true
        #expect(slow.problem.remedy.contains("hung after \(patience) s."))
    }

    @Test(arguments: [9, 15] as [Int32], [nil, "nvmlInit_v2"] as [String?])
    func whatWasKilledDidNotCrash(_ signal: Int32, _ call: String?) {
        let problem = crash(signal, in: call).problem
        #expect(problem.kind == "probe_failed")
        #expect(problem.message.contains("was killed") && !problem.message.contains("crashed"))
    }

    @Test("what happened in an earlier reading is not told as if it were now")
    func earlierReadings() {
        var hang = ProbeInterruption(
            cause: .timedOut, call: "nvmlDeviceGetPowerUsage", gpuIndex: 5, deadline: .seconds(3))
        let now = hang.problem
        hang.isEarlier = true
        #expect(
            hang.problem.message == "\(now.message) That was in an earlier reading; this one did not get to the GPU.")
        #expect(hang.problem.kind == now.kind && hang.problem.gpu == now.gpu)
    }

    @Test("the agent's own crash asks for nothing to be done to the node")
    func nobodyElseIsBlamed() {
        let report = HealthyNode.report { $0.interruption = crash(4) }
        #expect(report.findings.allSatisfy { $0.action == .none })
        #expect(report.verdict == .unknown)
        let library = HealthyNode.report { $0.interruption = crash(11, in: "nvmlDeviceGetMemoryInfo") }
        #expect(library.findings.contains { $0.action == .checkDriver })
    }
}
