internal import Snapshots

/// Errors of NVLinks: those that came between two readings are judged, older ones are history.
let linkErrorRules: [HealthRule] = [
    HealthRule("nvlink_errors") { gpu, result in
        for counter in LinkCounter.all { gpu.judge(counter, isGrave: false, &result) }
    },
    HealthRule("nvlink_packet_errors") { gpu, result in
        for counter in LinkCounter.packets { gpu.judge(counter, isGrave: true, &result) }
    },
    HealthRule("nvlink_bit_errors") { gpu, result in
        gpu.judgeBitErrors("nvlink_effective_ber", \.effectiveBER, &result)
        gpu.judgeBitErrors("nvlink_symbol_ber", \.symbolBER, &result)
    },
]

/// One link's counter: the total, and what it gained, where that is known.
private struct LinkCount {
    let link: UInt32
    let total: UInt64
    let growth: CounterGrowth?
}

extension GPUCase {
    /// The worst link by one of its bit error rates: before the correction of errors, or after it.
    fileprivate func judgeBitErrors(_ name: String, _ path: LinkCounter.Path, _ result: inout RuleResult) {
        let limit = thresholds[.nvlinkBERExponent]
        let rates = links.links.filter { $0.isActive.value != nil }.compactMap { link -> (UInt32, BitErrorRate)? in
            result.value("\(name)_link_\(link.number)", of: link, path).flatMap(BitErrorRate.init)
                .map { (link.number, $0) }
        }
        let bad = rates.filter { $0.1.isAbove(exponent: limit) }
        guard let worst = bad.max(by: { $0.1 < $1.1 }) else { return }
        result.find(
            .critical, "The bit error rate of an NVLink is too high.",
            HealthEvidence(name, "\(worst.1) on link \(worst.0)", threshold: "1e-\(limit)"), action: .checkNVLink,
            confirm: "Read it again after traffic; compare with the other links.")
    }

    fileprivate func judge(_ counter: LinkCounter, isGrave: Bool, _ result: inout RuleResult) {
        let counts = links.links.filter { $0.isActive.value != nil }.compactMap { link -> LinkCount? in
            guard let total = result.value("\(counter.name)_link_\(link.number)", of: link, counter.path), total > 0
            else { return nil }
            let earlier = before?.link(link.number)?[keyPath: counter.path].value
            return LinkCount(link: link.number, total: total, growth: growth(from: earlier, to: total))
        }
        let growing = counts.filter { $0.growth?.count ?? 0 > 0 }
        if let fastest = growing.max(by: { $0.growth?.count ?? 0 < $1.growth?.count ?? 0 }), let growth = fastest.growth
        {
            judge(growth, of: fastest, counter, links: growing.map(\.link), isGrave: isGrave, &result)
        } else if let most = counts.max(by: { $0.total < $1.total }) {
            tellHistory(
                most, counter, links: counts.map(\.link), isKnown: counts.allSatisfy { $0.growth != nil }, &result)
        }
    }

    private func judge(
        _ growth: CounterGrowth, of count: LinkCount, _ counter: LinkCounter, links: [UInt32], isGrave: Bool,
        _ result: inout RuleResult
    ) {
        let limit = thresholds[counter.limit]
        let isRate = counter.limit == .nvlinkCRCErrorsPerSecond
        let isAbove = isRate ? growth.rate(per: 1) >= Double(limit) : Int64(clamping: growth.count) >= limit
        guard isAbove || isRate else { return }
        result.find(
            isGrave || (isRate && isAbove) ? .critical : .warning, "NVLink error counters are increasing.",
            HealthEvidence(
                counter.name, "\(growth.words) on link \(count.link)\(Self.others(links)), \(count.total) in all",
                threshold: isRate ? "\(limit) a second" : "\(limit) new"), action: .checkNVLink,
            confirm:
                "Whether it continues under load: inspect_topology twice; reseat the board or clean its connectors.")
    }

    /// A total says that there were errors since the driver was loaded, not that there are any now.
    private func tellHistory(
        _ most: LinkCount, _ counter: LinkCounter, links: [UInt32], isKnown: Bool, _ result: inout RuleResult
    ) {
        if !isKnown {
            result.addGap(EvidenceGap(check: result.rule, reading: "\(counter.name)_rate", reason: .notRead))
        }
        let limit = thresholds[counter.limit]
        guard Int64(clamping: most.total) >= limit else { return }
        result.find(
            .info,
            isKnown
                ? "NVLinks have had errors since the driver was loaded; none came while they were watched."
                : "NVLinks have had errors since the driver was loaded; whether more come is not known.",
            HealthEvidence(counter.name, "\(most.total) on link \(most.link)\(Self.others(links))"), action: .none,
            time: .history, confirm: "inspect_topology again under load: whether the counter grows.")
    }

    private static func others(_ links: [UInt32]) -> String {
        links.count > 1 ? " (links \(NumberList.text(links)))" : ""
    }
}

extension RuleResult {
    /// A link's counter. Of a link that is down, none is missed.
    fileprivate mutating func value(_ name: String, of link: GPULink, _ path: LinkCounter.Path) -> UInt64? {
        let reading = link.errors[keyPath: path]
        return link.isActive.value == true ? value(name, reading) : reading.value
    }
}
