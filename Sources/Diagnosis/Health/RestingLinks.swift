package import Snapshots

/// Which NVLinks that are down are meant to be so.
package struct RestingLinks: Sendable {
    /// Why links are down without a fault.
    package enum Reason: String, Sendable, CaseIterable {
        /// MIG mode takes links down: this GPU's own, or as well those that lead to the GPU in MIG mode.
        case mig
        /// A PCIe card without a bridge, or one whose bridges carry no more links than are up.
        case noBridge = "no_bridge"
    }

    private let expected: ExpectedLinks

    package init(_ node: NodeSnapshot) { expected = ExpectedLinks(node) }

    /// Why a GPU's links that are down are meant to be so; nil where none is down, or nothing explains it.
    package func reason(_ gpu: GPUSnapshot) -> Reason? {
        let down = gpu.downLinks
        guard !down.isEmpty else { return nil }
        if gpu.isMIGOn { return .mig }
        guard !expected.leadsToSwitches(gpu) else { return nil }
        if expected.isExplainedByMIG(down) { return .mig }
        guard ExpectedLinks.isBridged(gpu), !down.contains(where: expected.leadsToGPU), let active = gpu.activeLinkCount
        else { return nil }
        return active == 0 || active >= ExpectedLinks.bridgedCount(gpu) ?? .max ? .noBridge : nil
    }
}
