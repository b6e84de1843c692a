import Snapshots
import Testing

@testable import Diagnosis

@Suite("Health: chip-to-chip links to a Grace CPU")
struct ChipLinkTests {
    private func links(_ count: Int, down: Set<Int> = []) -> [C2CLink] {
        (0..<count).map { number in
            var link = C2CLink()
            (link.number, link.isActive) = (UInt32(number), .value(!down.contains(number)))
            return link
        }
    }

    /// A node whose GPUs have ten each, but for one.
    private func report(_ change: (inout GPULinks?) -> Void) -> HealthReport {
        HealthyNode.report { node in
            for index in node.gpus.indices {
                node.gpus[index].links?.c2cCount = .value(10)
                node.gpus[index].links?.c2cLinks = links(10)
            }
            change(&node.gpus[3].links)
        }
    }

    @Test("that are all up are no finding")
    func up() { #expect(report { _ in }.findings.isEmpty) }

    @Test("that are fewer than on the other GPUs are down", arguments: [nil, 0, 4] as [Int?])
    func fewer(_ count: Int?) {
        let report = report { gpu in
            gpu?.c2cCount = count.map { .value(UInt32($0)) } ?? .unavailable(.notSupported)
            gpu?.c2cLinks = links(count ?? 0)
        }
        #expect(report.findings.map(\.rule) == ["c2c_down"])
        #expect(report.findings.first?.gpu == 3)
        #expect(report.findings.first?.evidence.first?.threshold == "all 10")
        #expect(report.gpus[3].verdict == .degraded)
    }

    @Test("that cannot be counted are unknown")
    func uncounted() {
        let report = report { $0?.c2cCount = .unavailable(.error(code: 999)) }
        #expect(report.gpus[3].verdict == .unknown)
        #expect(report.findings.isEmpty)
    }
}
