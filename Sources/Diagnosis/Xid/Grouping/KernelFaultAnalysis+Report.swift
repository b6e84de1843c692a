internal import Snapshots

extension KernelFaultAnalysis {
    /// What the lines so far mean, with what is known beside the log. May be asked again at any time.
    package func report(
        _ catalog: XidCatalog, _ switches: SXidCatalog, _ context: FaultContext = FaultContext()
    ) -> KernelFaultReport {
        let bursts = orderedBursts(context)
        let entries = bursts.map { $0.code.xid.map(catalog.entry) }
        let version = context.driverVersion ?? driverVersion
        let major = version.flatMap { Int($0.prefix { $0 != "." }) }
        let judgements = zip(bursts, entries).map {
            CatalogueJudgement(
                $0, $1, switches, catalog.nvlink5, driverMajor: major,
                isHopper: $0.busID.map(context.hopperGPUs.contains) ?? false)
        }
        let recovery = RecoveryView(log: recoveries, nvml: context.recoveryLevels)
        let judge = FaultJudge(
            bursts, judgements,
            FaultLinks(
                bursts, entries, FaultEnds(boot: boot, loaded: loaded, recoveries: recoveries),
                linksUp: context.gpusWithLinksUp), boot, recovery,
            FaultJudge.JudgementContext(
                loaded: loaded, linksBack: linksBack, ports: context.pciePorts, answering: context.answeringGPUs,
                isReady: context.isDriverReady, isComplete: context.areAllGPUsListed))
        return KernelFaultReport(
            groups: judge.groups.sorted(by: Self.worstThenNewest), identities: identities,
            recoveryLevels: recoveries.mapValues(\.level), driverVersion: version, recordCount: recordCount,
            lostRecords: lostRecords, injectedCount: injectedCount, droppedEvents: droppedEvents)
    }

    /// In order of time: by boot, then by the number of the first record.
    private func orderedBursts(_ context: FaultContext) -> [FaultBurst] {
        let kept = bursts.values.joined().filter { burst in
            guard case .pcie = burst.code, let devices = context.pcieDevices, let busID = burst.busID else {
                return true
            }
            // A GPU that is gone is none of the devices, but its driver's lines are about it.
            return devices.contains(busID) || identities[busID] != nil || burst.isOfDriver
        }
        return kept.sorted {
            ($0.boot, $0.first.sequence, $0.code.label, $0.busID ?? .nowhere) < (
                $1.boot, $1.first.sequence, $1.code.label, $1.busID ?? .nowhere
            )
        }
    }

    private static func worstThenNewest(_ left: FaultGroup, _ right: FaultGroup) -> Bool {
        if left.severity != right.severity { return left.severity > right.severity }
        if left.last.sequence != right.last.sequence { return left.last.sequence > right.last.sequence }
        return left.id < right.id
    }
}

extension BusID {
    /// Stands for a missing address where order only has to be the same each time.
    fileprivate static let nowhere = BusID(domain: 0, bus: 0, device: 0)
}
