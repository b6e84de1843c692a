import Diagnosis
import Snapshots
import Testing

@Suite("Health: NVLinks of PCIe cards, which lead over bridges")
struct BridgeRuleTests {
    private static let a100 = "NVIDIA A100 80GB PCIe"

    /// A node of eight cards of which so many NVLinks are up; 0 and 1, 2 and 3, ... are neighbours.
    private func node(_ name: String = BridgeRuleTests.a100, of count: Int = 12, up: [Int]) -> NodeSnapshot {
        var node = HealthyNode.snapshot
        for (index, active) in up.enumerated() {
            node.gpus[index].name = .value(name)
            node.gpus[index].fabric?.state = .value(0)
            node.gpus[index].links?.count = .value(UInt32(count))
            node.gpus[index].links?.links.removeLast(18 - count)
            for number in 0..<count {
                node.gpus[index].link(number) { link in
                    let isUp = number < active
                    link.isActive = .value(isUp)
                    link.remoteType = .value(isUp ? 0 : 255)
                    link.remoteBusID =
                        isUp ? .value(HealthyNode.busID(UInt32(index) ^ 1)) : .unavailable(.notSupported)
                }
            }
        }
        return node
    }

    private func report(_ node: NodeSnapshot) -> HealthReport { HealthyNode.report { $0 = node } }

    @Test(
        "without a bridge none is a fault, and it is told where most have one",
        arguments: [
            ([12, 12, 0, 0, 0, 0, 0, 0], 0), ([12, 12, 12, 12, 0, 0, 0, 0], 4), ([12, 12, 12, 12, 12, 12, 0, 0], 2),
        ] as [([Int], Int)])
    func unbridged(_ up: [Int], _ told: Int) {
        for name in [Self.a100, "NVIDIA A100-PCIE-40GB", "NVIDIA RTX A6000"] {
            let report = report(node(name, up: up))
            #expect(report.verdict == .healthy)
            #expect(report.findings.map(\.severity) == [Severity](repeating: .info, count: told))
            #expect(report.findings.allSatisfy { up[Int($0.gpu ?? 0)] == 0 })
        }
        let wired = report(node("NVIDIA A100-SXM4-40GB", up: up))
        #expect((wired.verdict == .unhealthy) == (told > 0), "on other boards nobody takes links away")
    }

    @Test("without a bridge they can be not supported as well")
    func unsupported() {
        var node = node(up: Array(repeating: 12, count: 8))
        for index in 6..<8 {
            node.gpus[index].links?.count = .unavailable(.notSupported)
            node.gpus[index].links?.links = []
        }
        let report = report(node)
        #expect(report.verdict == .healthy)
        #expect(report.findings.map(\.severity) == [.info, .info])
    }

    @Test(
        "with some of its bridges a card is degraded, whatever the others have",
        arguments: [
            (BridgeRuleTests.a100, 12, [8, 8, 12, 12, 12, 12, 12, 12]),
            (BridgeRuleTests.a100, 12, [8, 8, 8, 8, 8, 8, 8, 8]),
            (BridgeRuleTests.a100, 12, [11, 11, 0, 0, 0, 0, 0, 0]),
            ("NVIDIA H100 NVL", 18, [8, 8, 12, 12, 12, 12, 12, 12]),
            ("NVIDIA H200 NVL", 18, [12, 12, 12, 12, 12, 12, 12, 12]), ("NVIDIA A40", 4, [3, 3, 4, 4, 4, 4, 4, 4]),
        ] as [(String, Int, [Int])])
    func partial(_ name: String, _ count: Int, _ up: [Int]) {
        let report = report(node(name, of: count, up: up))
        for (index, gpu) in report.gpus.enumerated() {
            let isPartial = up[index] == up[0]
            #expect(gpu.verdict == (isPartial ? .degraded : .healthy))
            #expect(gpu.action == (isPartial ? .checkNVLink : .none))
        }
    }

    @Test("of the 18 links of an H100 NVL bridges carry 12")
    func linksThatLeadNowhere() {
        let all = Array(repeating: 12, count: 8)
        #expect(report(node("NVIDIA H100 NVL", of: 18, up: all)).findings.isEmpty)
        #expect(report(node("NVIDIA H100 PCIe", of: 18, up: all)).findings.isEmpty)
    }

    @Test("where nobody knows how many links bridges carry, it is told")
    func unknown() {
        let unknown = report(node("NVIDIA A40", of: 4, up: Array(repeating: 3, count: 8)))
        #expect(unknown.verdict == .healthy)
        #expect(unknown.findings.map(\.severity) == [Severity](repeating: .info, count: 8))
        var lonely = node(up: Array(repeating: 8, count: 8))
        for gpu in lonely.gpus.indices {
            for link in 0..<12 { lonely.gpus[gpu].link(link) { $0.remoteBusID = .unavailable(.notSupported) } }
        }
        #expect(report(lonely).findings.map(\.severity) == [Severity](repeating: .info, count: 8))
    }

    @Test("links that are up at one end only are a fault")
    func oneEnd() {
        let report = report(node(up: [12, 8, 12, 12, 12, 12, 12, 12]))
        #expect(report.gpus[1].verdict == .unhealthy)
        #expect(report.gpus.filter { $0.index != 1 }.allSatisfy { $0.verdict == .healthy })
    }

    @Test("a card beside one in MIG mode has its links down for that")
    func besideMIG() {
        var node = node(up: [0, 0, 12, 12, 12, 12, 12, 12])
        node.gpus[0].inventory?.migMode = .value(ModePair(current: true, pending: true))
        let report = report(node)
        #expect(report.verdict == .healthy)
        #expect(report.findings.map(\.title) == ["NVLinks are down, as those to a GPU in MIG mode are."])
    }

    @Test("which links are down on purpose")
    func restingLinks() {
        var node = node(up: [12, 12, 8, 8, 0, 0, 0, 0])
        func reasons() -> [RestingLinks.Reason?] { node.gpus.map(RestingLinks(node).reason) }
        #expect(reasons() == [nil, nil, nil, nil, .noBridge, .noBridge, .noBridge, .noBridge])
        node.gpus[4].inventory?.migMode = .value(ModePair(current: true, pending: true))
        #expect(reasons()[4] == .mig)
        #expect(reasons()[5] == .noBridge, "the GPU in MIG mode has not as many links as are down")
        node = self.node("NVIDIA H100 NVL", of: 18, up: Array(repeating: 12, count: 8))
        #expect(reasons() == [RestingLinks.Reason?](repeating: .noBridge, count: 8))
        node = self.node("NVIDIA A100-SXM4-40GB", up: [12, 12, 12, 12, 12, 12, 0, 0])
        #expect(reasons() == [RestingLinks.Reason?](repeating: nil, count: 8))
        node.gpus[6].inventory?.migMode = .value(ModePair(current: true, pending: true))
        #expect(Array(reasons().suffix(2)) == [.mig, .mig], "and the GPU at the other end")
    }
}
