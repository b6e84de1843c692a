internal import Snapshots

/// NVLinks of PCIe cards: without a bridge they are down, and that is right; with some of its bridges a card is suspicious.
extension GPUCase {
    /// Judges links that are down and of which nobody knows where they would lead.
    func judgeBridges(_ down: [GPULink], _ result: inout RuleResult) {
        guard !down.isEmpty, let active = gpu.activeLinkCount else { return }
        let usual = node.expectedLinks.activeCount(gpu) ?? 0
        let whole = ExpectedLinks.bridgedCount(gpu)
        guard active < (active == 0 ? usual : whole ?? links.links.count) else { return }
        if node.expectedLinks.isExplainedByMIG(down) {
            tellExplained(down, &result)
        } else if active == 0 {
            tellUnbridged(HealthEvidence("nvlink_active", "0"), &result)
        } else if isAgreed == false {
            tellDown(down, "NVLinks are down that are up at their other end.", "as at the other end", &result)
        } else {
            tellPartial(down, isAgreed == nil ? nil : whole ?? (active < usual ? usual : nil), &result)
        }
    }

    /// A card without links among others of its name that have some.
    func tellUnbridged(_ evidence: HealthEvidence, _ result: inout RuleResult) {
        result.find(
            .info, "The card has no NVLink in use, although others of its name have: it may be one without a bridge.",
            evidence, action: .none, authority: .flag,
            confirm:
                "Whether bridges are meant to be on it: then they are loose or broken, and the card that they join it "
                + "with has no links either.")
    }

    /// - Parameter wanted: the links that should be up; nil where that is not known, or the other end does not tell.
    private func tellPartial(_ down: [GPULink], _ wanted: Int?, _ result: inout RuleResult) {
        let isKnown = wanted != nil
        result.find(
            isKnown ? .warning : .info,
            isKnown
                ? "Some NVLinks that the card's bridges carry are down, at both ends: a bridge is missing, loose or broken."
                : "Some NVLinks of the card are down; how many its bridges carry is not known.",
            HealthEvidence("nvlink_active", activeLinks, threshold: wanted.map { "\($0), with all bridges" }),
            HealthEvidence("nvlink_down", Self.numbers(down)), action: isKnown ? .checkNVLink : .none, authority: .flag,
            confirm: "Whether all bridges are on and sit firmly (power the node off first); Xid 74 in the kernel log.")
    }

    /// Whether the GPUs at the other ends have as many links up to this one as it has to them; nil where none of them tells.
    private var isAgreed: Bool? {
        guard let place = gpu.busID.value?.slot else { return nil }
        let ends = node.snapshot.gpus.compactMap { other -> Bool? in
            guard other.index != gpu.index, !other.isMIGOn, let far = other.busID.value?.slot,
                let count = gpu.activeLinks(to: far), count > 0,
                let back = other.activeLinks(to: place)
            else { return nil }
            return back == count
        }
        return ends.isEmpty ? nil : !ends.contains(false)
    }
}

extension GPUSnapshot {
    /// Links that are up and end there; nil where one of them does not tell its state, or one that is up its other end.
    fileprivate func activeLinks(to slot: UInt64) -> Int? {
        guard activeLinkCount != nil else { return nil }
        let ends = (links?.links ?? []).filter { $0.isActive.value == true }.map(\.remoteBusID.value?.slot)
        return ends.contains(nil) ? nil : ends.filter { $0 == slot }.count
    }
}
