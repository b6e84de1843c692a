internal import Snapshots

/// Processes on the GPU against what /proc says of them.
let processRules: [HealthRule] = [
    HealthRule("dead_process_holds_memory") { gpu, result in
        _ = result.value("compute_processes", gpu.processes.compute)
        _ = result.value("graphics_processes", gpu.processes.graphics)
        _ = result.value("mps_processes", gpu.processes.mps)
        if gpu.processes.all.contains(where: { $0.life == .notRead }) {
            result.addGap(EvidenceGap(check: result.rule, reading: "process_state", reason: .notRead))
        }
        gpu.judgeDead(
            .zombie, "The GPU holds memory for zombies, processes that have ended and are kept.", .restartApp,
            "It goes when its last thread has left the driver; if it persists, restart its pod, then reset the GPU or reboot.",
            &result)
        gpu.judgeDead(
            .gone, "The GPU holds memory for processes that are no longer there.", .checkApp,
            "Ask again after a few seconds; if it persists, the driver has lost track: end the GPU's other processes and reset it.",
            &result)
    },
    HealthRule("stuck_process") { gpu, result in
        let stuck = gpu.processes.all.filter { $0.life == .uninterruptible }
        guard !stuck.isEmpty else { return }
        result.find(
            .info, "A process on the GPU sleeps uninterruptibly; if that lasts, the driver is stuck.",
            HealthEvidence("process_state", stuck.prefix(4).map { "pid \($0.pid) D" }.joined(separator: ", "), .proc),
            action: .none, confirm: "Ask again in ten seconds; /proc/PID/stack.")
    },
    HealthRule("unowned_memory") { gpu, result in
        // Under WSL the memory may be that of Windows, whose processes are nowhere.
        guard !gpu.isMIGOn, gpu.memory.numaNode.value == nil, !gpu.node.hasGPUsOffTheBus,
            let memory = result.value("memory_used_bytes", gpu.telemetry.memory), let reserved = memory.reserved,
            gpu.processes.compute.value?.isEmpty ?? false, gpu.processes.graphics.value?.isEmpty ?? true,
            gpu.processes.mps.value?.isEmpty ?? true
        else { return }
        let used = memory.used
        let limit = gpu.thresholds[.unownedMemoryMiB]
        guard Int64(used >> 20) >= limit else { return }
        // From a process id namespace of its own the agent sees the processes of no other.
        let isSeen = gpu.node.snapshot.nodeProcesses?.sharesProcessIDs != false
        if !isSeen {
            result.addGap(EvidenceGap(check: result.rule, reading: "compute_processes", reason: .notRead))
        }
        result.find(
            isSeen ? .warning : .info,
            isSeen
                ? "Memory is in use, but no process owns it."
                : "Memory is in use, and whose it is cannot be seen from a process id namespace of the agent's own.",
            HealthEvidence("memory_used_mib", "\(used >> 20)", threshold: "\(limit)"),
            HealthEvidence("memory_reserved_mib", "\(reserved >> 20)"), action: isSeen ? .checkApp : .none,
            confirm: isSeen
                ? "Holders of its device node (list_gpu_processes); if there are none, reset the GPU."
                : "Run the agent in the node's process id namespace (hostPID: true).")
    },
]

extension GPUCase {
    fileprivate func judgeDead(
        _ life: GPUProcessLife, _ title: String, _ action: Action, _ confirm: String, _ result: inout RuleResult
    ) {
        let dead = processes.all.filter { $0.life == life }
        guard !dead.isEmpty else { return }
        let memory = dead.compactMap(\.usedMemoryBytes).reduce(UInt64(0)) {
            $0.addingReportingOverflow($1).partialValue
        }
        result.find(
            .warning, title,
            HealthEvidence("compute_processes", dead.prefix(4).map { "pid \($0.pid)" }.joined(separator: ", ")),
            HealthEvidence("used_memory_mib", "\(memory >> 20)"), action: action, confirm: confirm)
    }
}
