internal import Audit
internal import Diagnosis
internal import EventLoop
internal import HostNode
internal import Operations
internal import ProbeProtocol
internal import Snapshots

/// Gathers the facts of a reset, without any side effect.
struct ResetPlanning: Sendable {
    let node: ResetNode

    func plan(_ request: ResetRequest) async throws(ToolFailure) -> ResetGPUPlan {
        let snapshot = await node.read(ResetNode.everything)
        let target = try target(request.selector, in: snapshot)
        var facts = facts(request.method, target, snapshot)
        facts.switchFaults = await switchFaults()
        facts.lastReset = await lastReset(target)
        facts.looks = [look(snapshot, target)]
        // Nobody waits for the second look where the first one decides.
        if ResetRules.blockingClients(facts).isEmpty {
            try await pause()
            facts.looks.append(look(await node.read(ResetNode.clients), target))
        } else {
            facts.looks.append(facts.looks[0])
        }
        return ResetGPUPlan(
            snapshot: snapshot, reset: ResetPlan(facts, isForced: request.isForced),
            settleSeconds: request.settleSeconds, before: ResetState(judging: snapshot, of: target),
            evidence: ResetEvidence(snapshot, target))
    }

    /// Between the looks; without it the second one is worth nothing.
    private func pause() async throws(ToolFailure) {
        do throws(CancellationError) {
            try await node.context.loop.sleep(for: .seconds(ResetFacts.secondsBetweenLooks))
        } catch { throw ToolFailure(message: "\(ResetGPU.name): the call was cancelled. Nothing was done.") }
    }

    // MARK: Which GPU

    /// The GPU that the caller named: by NVML, or where that does not list it by the kernel module's own files.
    private func target(_ selector: GPUSelector, in snapshot: NodeSnapshot) throws(ToolFailure) -> ResetTarget {
        let known = snapshot.host?.procGPUs.value ?? []
        if let gpu = snapshot.gpus.first(where: { selector.matches($0) }), let busID = gpu.busID.value {
            let module = known.first { $0.busID.slot == busID.slot }
            return ResetTarget(
                index: gpu.index, uuid: gpu.uuid.value ?? module?.uuid, busID: busID,
                name: gpu.name.value ?? module?.model,
                minor: gpu.inventory?.minorNumber.value ?? module?.minorNumber)
        }
        let named = known.first { gpu in
            switch selector {
            case .index: false
            case .uuid(let uuid): gpu.uuid?.lowercased() == uuid.lowercased()
            case .busID(let busID): gpu.busID.slot == busID.slot
            }
        }
        if named == nil, snapshot.gpus.isEmpty, let problem = snapshot.accessProblems.first {
            throw ToolFailure(
                message: "gpu: nothing tells which GPU \(selector) is. \(problem.message) \(problem.remedy)")
        }
        guard let named else {
            throw ToolFailure(message: GPUArgument.noSuchGPU(selector, in: snapshot, snapshot.accessProblems))
        }
        return ResetTarget(
            uuid: named.uuid, busID: named.busID, name: named.model, minor: named.minorNumber)
    }

    // MARK: Facts

    private func facts(
        _ method: ResetMethod, _ target: ResetTarget, _ snapshot: NodeSnapshot
    ) -> ResetFacts {
        let gpu = gpu(target, in: snapshot)
        var facts = ResetFacts(
            method: method, gpu: target, driverAnswers: driverAnswers(gpu, snapshot), slot: slot(target, snapshot),
            node: nodeFacts(snapshot))
        facts.otherJobs = ClientLook.holders(snapshot, ofGPUsExcept: target.minor).filter(\.isJob)
        facts.confidentialComputing = snapshot.driver.confidentialComputing
        facts.driverTrouble = snapshot.interruption.map(\.problem.message)
        facts.links = LinkNeighbours(gpu, at: target.busID, among: snapshot.gpus)
        facts.architecture = snapshot.architecture(of: target)
        guard let gpu else { return facts }
        let inventory = gpu.inventory ?? GPUInventory()
        facts.persistence = inventory.isPersistenceModeEnabled
        facts.migMode = inventory.migMode
        facts.migDevices = inventory.migDevices.map { $0.map { $0.uuid.value ?? "(without UUID)" } }
        facts.virtualization = inventory.virtualizationMode
        facts.recoveryAction = gpu.memoryHealth?.recoveryAction ?? .unavailable(.notRead)
        facts.pending = ResetFacts.pending(gpu)
        return facts
    }

    private func gpu(_ target: ResetTarget, in snapshot: NodeSnapshot) -> GPUSnapshot? {
        snapshot.gpus.first { $0.index == target.index && target.index != nil }
    }

    private func look(_ snapshot: NodeSnapshot, _ target: ResetTarget) -> ClientLook {
        ClientLook(snapshot, gpu: gpu(target, in: snapshot), minor: target.minor)
    }

    private func driverAnswers(_ gpu: GPUSnapshot?, _ snapshot: NodeSnapshot) -> Bool {
        guard let gpu, gpu.refusal == nil, let inventory = gpu.inventory else { return false }
        // One that fell off the bus still has a handle, and every reading of it says so.
        return snapshot.interruption(on: gpu.index) == nil && inventory.memoryTotalBytes.reason != .gpuLost
            && inventory.isPersistenceModeEnabled.reason != .gpuLost
    }

    private func slot(_ target: ResetTarget, _ snapshot: NodeSnapshot) -> PCISlot {
        if let files = node.files, files.exists("/sys/bus/pci/devices/\(target.busID)") {
            return PCISlot(target.busID, in: files)
        }
        // Of a node that is only described, what the bus shows is all there is.
        let device = snapshot.devices?.pci.value?.first { $0.busID.slot == target.busID.slot }
        return PCISlot(
            driver: device?.driver ?? .unavailable(.notRead), bridge: device?.upstream?.busID,
            isAllOnes: device?.isConfigurationAllOnes ?? .unavailable(.notRead))
    }

    private func nodeFacts(_ snapshot: NodeSnapshot) -> NodeFactsForReset {
        NodeFactsForReset(
            isRoot: node.isRoot, hasTool: node.tool(snapshot.driver.state) != nil,
            fabricManagerRuns: fabricManagerRuns(snapshot.nodeProcesses),
            nvSwitchCount: snapshot.devices?.pci.map { $0.filter { $0.kind == .nvSwitch }.count }
                ?? .unavailable(.notRead),
            isWSL: node.files?.exists("/dev/dxg") ?? false)
    }

    /// It holds the switches' device nodes, so it is among the holders if it runs.
    private func fabricManagerRuns(_ processes: ProcessesSnapshot?) -> Reading<Bool> {
        guard let processes else { return .unavailable(.notRead) }
        let named = processes.processes.filter { DriverDaemon.fabricManager.isNamed($0) }
        if named.contains(where: { DriverDaemon.fabricManager.isSurely($0) }) { return .value(true) }
        if !named.isEmpty { return .unavailable(.notRead) }
        if let reason = processes.processCount.reason { return .unavailable(reason) }
        return processes.unreadableCount > 0 ? .unavailable(.noPermission) : .value(false)
    }

    /// The kernel log's fatal NVSwitch errors of this boot, without those that a start of the driver has ended.
    private func switchFaults() async -> Reading<[String]> {
        let reading = await node.context.readFaults()
        guard let log = reading.log else { return .unavailable(reading.snapshot.kernelLog?.reason ?? .notRead) }
        let fatal = log.report(reading.snapshot).groups.filter { group in
            group.code.sxid != nil && group.severity == .critical && !group.isRecovered && !group.isEarlierBoot
                && !group.isInjected
        }
        return .value(fatal.map { String($0.firstLine.prefix(256)) })
    }

    /// By what this process remembers, and where it remembers none by the results in the audit log and by the kernel log, which
    /// tells also of resets by others.
    private func lastReset(_ target: ResetTarget) async -> LastReset {
        let names = Set(ResetGPUPlan.targets(target))
        if let seconds = node.operation.resets.last(of: names) { return .secondsAgo(seconds) }
        let recorded = await lastRecorded(names)
        var logged = LoggedReset(of: target)
        // That a log tells of none proves nothing: older lines are gone, and older drivers write none.
        _ = await node.readKernelLog { logged.take($0) }
        guard let seconds = logged.secondsAgo(now: WallClock.microseconds) else { return recorded }
        if case .secondsAgo(let earlier) = recorded, earlier < seconds { return recorded }
        return .secondsAgo(seconds)
    }

    /// One that left the GPU untouched is none.
    private func lastRecorded(_ names: Set<String>) async -> LastReset {
        guard let history = try? await node.operation.history() else { return .unknown }
        let last = history.records.last { record in
            record.kind == .result && record.tool == ResetGPU.name && !names.isDisjoint(with: record.targets)
                && ["done", "partly", "failed"].contains(record.outcome)
        }
        guard let last else { return .none }
        let now = WallClock.microseconds
        guard let time = last.time.flatMap({ PastMoment.microseconds($0, now: now) }) else { return .unknown }
        return .secondsAgo(Int(max(0, now - time) / 1_000_000))
    }
}
