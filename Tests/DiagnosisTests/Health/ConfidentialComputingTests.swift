import Diagnosis
import Snapshots
import Testing

@Suite("Health: confidential computing")
struct ConfidentialComputingTests {
    private func report(
        _ acceptsWork: Reading<Bool>, isOn: Bool = true, capability: UInt32 = 90
    ) -> HealthReport {
        HealthyNode.report { node in
            var state = ConfidentialComputing()
            state.isOn = isOn
            state.acceptsWork = acceptsWork
            node.driver.confidentialComputing = .value(state)
            for index in node.gpus.indices { node.gpus[index].inventory?.computeCapability = .value(capability) }
        }
    }

    @Test("GPUs that nobody has set ready are unhealthy, all of them, by one finding")
    func notReady() {
        let report = report(.value(false))
        #expect(report.gpus.allSatisfy { $0.verdict == .unhealthy && $0.action == .checkDriver })
        #expect(Set(report.findings.map(\.rule)) == ["confidential_computing"])
    }

    @Test("it is no fault that it is on, or off")
    func working() {
        #expect(report(.value(true)).verdict == .healthy)
        #expect(report(.unavailable(.notRead), isOn: false).verdict == .healthy)
    }

    @Test("where nobody can tell whether the GPUs accept work, they are not called healthy")
    func unknown() {
        for reason: Unavailable in [.notSupported, .noPermission, .error(code: 999)] {
            let report = report(.unavailable(reason))
            #expect(report.verdict == .unknown)
            #expect(report.gpus[3].gaps.map(\.reading) == ["gpus_ready_state"])
        }
        #expect(
            HealthyNode.report { $0.driver.confidentialComputing = .unavailable(.noPermission) }.verdict == .unknown)
        #expect(
            report(.unavailable(.noPermission), capability: 80).verdict == .healthy, "Ampere has nothing of the kind")
    }
}
