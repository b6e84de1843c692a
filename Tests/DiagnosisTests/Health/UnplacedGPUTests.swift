import Diagnosis
import Snapshots
import Testing

@Suite("Health: GPUs without a name beside missing ones")
struct UnplacedGPUTests {
    private func lose(_ index: Int, _ node: inout NodeSnapshot) {
        node.gpus[index].refusal = .gpuLost
        node.gpus[index].uuid = .unavailable(.gpuLost)
        node.gpus[index].busID = .unavailable(.gpuLost)
        node.gpus[index].name = .unavailable(.gpuLost)
    }

    @Test("a lost GPU is told from a missing one by its neighbours")
    func neighbours() throws {
        let report = HealthyNode.report { node in
            lose(2, &node)
            node.gpus.remove(at: 5)
        }
        #expect(report.gpus[2].busID == HealthyNode.busID(2))
        #expect(report.gpus[2].verdict == .unhealthy)
        let missing = try #require(report.gpus.first { $0.index == nil })
        #expect(missing.busID == HealthyNode.busID(5))
        #expect(missing.verdict == .unhealthy)
        #expect(report.gpus.filter { $0.verdict == .healthy }.count == 6)
    }

    @Test("where neighbours do not tell, it is said that some of them are missing")
    func candidates() throws {
        let report = HealthyNode.report { node in
            lose(5, &node)
            node.gpus.remove(at: 6)
        }
        #expect(report.verdict == .unhealthy)
        let finding = try #require(report.findings.first { $0.rule == "gpu_missing_from_nvml" })
        #expect(finding.severity == .critical)
        #expect(finding.title.contains("1 of 2"))
        for index: UInt32 in [5, 6] { #expect(finding.evidence[0].value.contains("\(HealthyNode.busID(index))")) }
    }

    @Test("GPUs that are kept from the driver are none of the missing ones")
    func keptAway() {
        let report = HealthyNode.report { node in
            lose(5, &node)
            node.gpus.remove(at: 6)
            var known = node.host?.procGPUs.value ?? []
            known[6].isExcluded = true
            node.host?.procGPUs = .value(known)
        }
        #expect(report.gpus[5].busID == HealthyNode.busID(5))
        #expect(!report.findings.contains { $0.rule == "gpu_missing_from_nvml" && $0.severity == .critical })
    }
}
