internal import Diagnosis
internal import EventLoop
internal import Operations
internal import Probe
internal import ProbeProtocol
internal import Snapshots

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Finds out which processes a request means, and what stands against ending them. It changes nothing.
struct KillPlanning {
    let context: ToolContext
    let operation: OperatorContext

    static let sections: ProbeSections = [.driver, .host, .inventory, .telemetry, .processes, .nodeProcesses]
    /// More at once are no cleaning up any more.
    private static let limit = 64

    func plan(_ request: KillRequest) async throws(ToolFailure) -> KillPlan {
        let selectors: [GPUSelector] = if case .holders(let gpus, _) = request.whom { gpus } else { [] }
        // Always all GPUs: what else a process holds belongs to the plan.
        let reading = try await context.readAttributed(Self.sections, gpus: [])
        for selector in selectors where !reading.snapshot.gpus.contains(where: { selector.matches($0) }) {
            throw ToolFailure(message: GPUArgument.noSuchGPU(selector, in: reading.snapshot, reading.problems))
        }
        var plan = KillPlan(snapshot: reading.snapshot, order: request.order)
        let scene = scene(reading)
        switch request.whom {
        case .process(let pid):
            let holder = await settled(await holder(pid, in: reading))
            if let refusal = await refusal(holder, scene) {
                plan.refusals.append(refusal)
            } else {
                plan.chosen = [holder]
            }
        case .holders(_, let selection):
            var chosen: [GPUHolder] = []
            for holder in holders(of: selectors, selection, in: reading) { chosen.append(await settled(holder)) }
            await choose(chosen, scene, &plan)
            if plan.chosen.isEmpty { plan.refusals = plan.leftAlone.isEmpty ? [noHolders(reading)] : plan.leftAlone }
        }
        plan.refusals += nodeRefusals
        if plan.chosen.isEmpty, nodeRefusals.isEmpty, reading.snapshot.nodeProcesses?.sharesProcessIDs == false {
            plan.refusals.append(.foreignNumbers)
        }
        return plan
    }

    private func refusal(_ holder: GPUHolder, _ scene: KillScene) async -> Refusal? {
        if let refusal = KillRules.refusal(for: holder, in: scene) ?? liveRefusal(holder) { return refusal }
        return await staleRefusal(holder)
    }

    private func choose(_ holders: [GPUHolder], _ scene: KillScene, _ plan: inout KillPlan) async {
        for holder in holders {
            if let refusal = await refusal(holder, scene) {
                plan.leftAlone.append(refusal)
            } else {
                plan.chosen.append(holder)
            }
        }
        let count = plan.chosen.count
        guard count > Self.limit else { return }
        plan.chosen.removeLast(count - Self.limit)
        plan.refusals.append(
            Refusal(
                "too_many", message: "\(count) processes are more than one plan may end (\(Self.limit)).",
                remedy: "Choose fewer GPUs or single pids; drain the node if all is to end."))
    }

    /// A process that is asleep in the kernel only for a moment, as in vfork(2) or while it reads a disk, is not stuck: it
    /// is looked at again.
    private func settled(_ holder: GPUHolder) async -> GPUHolder {
        guard operation.hasRealHost, holder.process?.state == .uninterruptible else { return holder }
        var holder = holder
        for _ in 0..<10 {
            guard let now = LiveProcess.status(of: holder.pid), now.startTicks == holder.process?.startTicks else {
                break
            }
            if now.state != .uninterruptible {
                holder.process?.state = now.state
                break
            }
            guard (try? await context.loop.sleep(for: .milliseconds(50))) != nil else { break }
        }
        return holder
    }

    // MARK: What stands against it beside the rules

    /// Of the whole node.
    private var nodeRefusals: [Refusal] {
        guard operation.hasRealHost else {
            return [
                Refusal(
                    "simulated_node", message: "This node is simulated: its processes do not exist.",
                    remedy: "Run the agent on a real node, without --simulate.")
            ]
        }
        return ProcessNamespace.refusal(root: operation.hostRoot).map { [$0] } ?? []
    }

    /// Of a process of a real node, as it is at this moment.
    private func liveRefusal(_ holder: GPUHolder) -> Refusal? {
        guard nodeRefusals.isEmpty, let process = holder.process else { return nil }
        // What a simulated driver lists are no processes of this machine.
        let isListed = !context.isSimulated && holder.holds.contains(where: \.hasContext)
        if !isListed, !holdsDevice(holder) {
            return Refusal(
                "not_a_device", subject: holder.subject,
                message: "What it has open is named like a GPU's device node, but is not one.",
                remedy: "It does not hold the GPU: leave it alone.")
        }
        do throws(Refusal) {
            return try ProcessHandle(pid: holder.pid, startTicks: process.startTicks).mayBeSignalled()
        } catch {
            return error
        }
    }

    private func holdsDevice(_ holder: GPUHolder) -> Bool {
        LiveProcess.holdsDevice(holder.pid, takesAnyDevice: context.isSimulated)
    }

    /// Of a process that NVML lists and that holds nothing of the driver: NVML may still list a number whose process has
    /// ended and which the kernel has given to another one since.
    private func staleRefusal(_ holder: GPUHolder) async -> Refusal? {
        guard nodeRefusals.isEmpty, holder.holds.contains(where: \.hasContext), !holdsDevice(holder)
        else { return nil }
        // Memory maps outlive descriptors. To read them may take the process' own lock, so the child does it.
        let request = ProbeRequest([.nodeProcesses, .deviceMappings], pids: [holder.pid])
        let known = await context.hostProbe.read(request).nodeProcesses?.processes ?? []
        guard let process = known.first(where: { $0.process.pid == holder.pid })?.process,
            process.deviceNodes.value == [], process.mappedNodes.value == []
        else { return nil }
        return Refusal(
            "holds_nothing", subject: holder.subject,
            message:
                "NVML lists it, but it has nothing of the driver open or mapped: probably it is another process, to "
                + "which the kernel has given the number of one that has ended.",
            remedy:
                "Leave it alone. If NVML goes on listing the number, the GPU's memory is held by nobody: see diagnose_gpu_node."
        )
    }

    private func scene(_ reading: AttributedReading) -> KillScene {
        var own = LiveProcess.ancestry()
        let processes = reading.snapshot.nodeProcesses?.processes ?? []
        own.formUnion(processes.filter { $0.process.parentPID == getpid() }.map(\.process.pid))
        let isWhole =
            reading.snapshot.interruption == nil && reading.snapshot.nodeProcesses?.unreadableCount == 0
            && reading.gpus.allSatisfy { $0.processes != nil }
        return KillScene(ownPIDs: operation.hasRealHost ? own : [], knowsAllHolders: isWhole)
    }

    private func noHolders(_ reading: AttributedReading) -> Refusal {
        Refusal(
            "nothing_to_end",
            message: "No such process holds this GPU"
                + (reading.problems.isEmpty ? "." : ", as far as could be read."),
            remedy: "Call list_gpu_processes for who holds which GPU; processes=all or idle widens the choice.")
    }
}

extension KillPlanning {
    // MARK: Who holds what

    private func holders(
        of selectors: [GPUSelector], _ selection: KillRequest.Selection, in reading: AttributedReading
    ) -> [GPUHolder] {
        let wanted = reading.gpus.filter { use in selectors.contains { $0.matches(use.gpu) } }
        let pids = wanted.flatMap { use in
            (use.processes ?? []).filter { process in
                guard isOfThisNamespace(process, reading) else { return false }
                return switch selection {
                case .working: process.hasContext
                case .idle: !process.hasContext
                case .all: true
                }
            }.map(\.pid)
        }
        return Set(pids).sorted().map { known($0, in: reading) }
    }

    /// Where the agent has process ids of its own, the numbers that NVML lists are those of other processes here.
    private func isOfThisNamespace(_ process: GPUProcessUse, _ reading: AttributedReading) -> Bool {
        !process.hasContext || reading.snapshot.nodeProcesses?.sharesProcessIDs != false
    }

    /// What the reading tells of a process and all GPUs that it holds.
    private func known(_ pid: Int32, in reading: AttributedReading) -> GPUHolder {
        var holder = GPUHolder(pid: pid, process: nil)
        if let found = reading.snapshot.nodeProcesses?.processes.first(where: { $0.process.pid == pid }) {
            holder.process = found.process
            holder.user = found.user
            holder.pod = found.pod
        }
        for use in reading.gpus {
            for process in use.processes ?? [] where process.pid == pid && isOfThisNamespace(process, reading) {
                holder.holds.append(
                    GPUHolder.Hold(
                        gpuIndex: use.gpu.index, gpuUUID: use.gpu.uuid.value,
                        relations: process.relations.map(\.rawValue), memoryBytes: process.memoryBytes,
                        gpuInstanceID: process.gpuInstanceID))
                if holder.pod == nil { holder.pod = process.pod }
            }
        }
        return holder
    }

    /// The same for a process that may hold nothing.
    private func holder(_ pid: Int32, in reading: AttributedReading) async -> GPUHolder {
        var holder = known(pid, in: reading)
        guard holder.process == nil else { return holder }
        let snapshot = await context.hostProbe.read(ProbeRequest(.nodeProcesses, pids: [pid]))
        guard let found = snapshot.nodeProcesses?.processes.first(where: { $0.process.pid == pid }) else {
            // It was not among those that the probe may look at, but it is there.
            guard operation.hasRealHost, nodeRefusals.isEmpty, let status = LiveProcess.status(of: pid) else {
                return holder
            }
            holder.process = HostProcess(
                pid: pid, parentPID: status.parentPID, name: "", state: status.state, startTicks: status.startTicks)
            return holder
        }
        holder.process = found.process
        holder.user = found.user
        holder.pod = found.pod
        return holder
    }
}

extension Refusal {
    fileprivate static let foreignNumbers = Refusal(
        "foreign_pid_namespace",
        message:
            "The agent runs in a process id namespace of its own, so the processes that NVML lists cannot be identified here.",
        remedy: "Start the agent in the node's process id namespace (hostPID: true).")
}
