package import Snapshots

extension GPUUse {
    /// What is the matter with this GPU's processes and its memory.
    var findings: [AttributionFinding] { processFindings + memoryFindings }

    private var processFindings: [AttributionFinding] { (processes ?? []).flatMap(findings) }

    /// The gravest thing first; a zombie or a process that is gone is not blamed for having no pod as well.
    private func findings(_ use: GPUProcessUse) -> [AttributionFinding] {
        if use.isGone { return [gone(use)] }
        guard let process = use.process else { return [] }
        switch process.process.state {
        case .zombie, .dead: return [zombie(use, process)]
        case .uninterruptible: return [uninterruptible(use, process)]
        default: break
        }
        if use.isDriverService { return [] }
        // What NVML did not list may well work there.
        if !use.hasContext { return areContextsKnown ? [holder(use, process)] : [] }
        return process.process.isInPod == false ? [withoutPod(use, process)] : []
    }

    private func gone(_ use: GPUProcessUse) -> AttributionFinding {
        AttributionFinding(
            .processGone, .warning, .checkApp, gpu: gpu.index, pid: use.pid,
            "NVML lists process \(use.pid) on GPU \(gpu.index)\(memory(use)), but the node has no such process.",
            remedy:
                "Ask again after a few seconds; if it persists, the driver has lost track: end the GPU's other processes and "
                + "reset it.")
    }

    private func zombie(_ use: GPUProcessUse, _ process: NodeProcess) -> AttributionFinding {
        AttributionFinding(
            .zombieProcess, .warning, .restartApp, gpu: gpu.index, pid: use.pid, pod: process.pod,
            "Process \(use.pid) (\(process.process.name)\(place(process))) has ended but is still kept as a zombie"
                + (use.hasContext
                    ? " and holds GPU \(gpu.index)\(memory(use))" : ", with GPU \(gpu.index)'s device open") + ".",
            remedy: zombieRemedy(parent: process.process.parentPID))
    }

    /// A parent that is init is no cause: it collects every child that has left the kernel, and must never be ended.
    private func zombieRemedy(parent: Int32) -> String {
        guard parent > 1 else {
            return
                "It goes when its last thread has left the driver; if it persists, one hangs there: restart its pod, then reset the "
                + "GPU or reboot."
        }
        return
            "Restart its pod, or the job that its parent (pid \(parent)) belongs to and that has not reaped it; if the "
            + "memory stays in use, reset the GPU."
    }

    private func uninterruptible(_ use: GPUProcessUse, _ process: NodeProcess) -> AttributionFinding {
        AttributionFinding(
            .uninterruptibleProcess, .warning, .checkDriver, gpu: gpu.index, pid: use.pid, pod: process.pod,
            "Process \(use.pid) (\(process.process.name)\(place(process))) sleeps in the kernel (state D) with GPU \(gpu.index)\(memory(use)).",
            remedy:
                "Ask again: if it stays in state D it cannot be killed. Look for Xids in the kernel log, then reset the GPU or "
                + "reboot.")
    }

    private func holder(_ use: GPUProcessUse, _ process: NodeProcess) -> AttributionFinding {
        AttributionFinding(
            .holderWithoutContext, .info, .none, gpu: gpu.index, pid: use.pid, pod: process.pod,
            "Process \(use.pid) (\(process.process.name)\(place(process))) holds GPU \(gpu.index)'s device open without "
                + "working on it.",
            remedy: "Nothing, unless the GPU is to be reset: then this process has to end first.")
    }

    private func withoutPod(_ use: GPUProcessUse, _ process: NodeProcess) -> AttributionFinding {
        let owner = process.process.owner.value?.words ?? "a process of the node itself"
        return AttributionFinding(
            .processWithoutPod, .warning, .checkApp, gpu: gpu.index, pid: use.pid,
            "Process \(use.pid) (\(process.process.name), \(owner)) uses GPU \(gpu.index)\(memory(use)) outside of any pod.",
            remedy: "The scheduler does not know of it and can give the GPU to a pod as well: find out who started it.")
    }

    private func memory(_ use: GPUProcessUse) -> String {
        use.memoryBytes.map { " with \(MemoryWords.short($0))" } ?? ""
    }

    private func place(_ process: NodeProcess) -> String {
        guard let pod = process.pod, let name = pod.name else { return "" }
        return " of pod \(pod.namespace.map { "\($0)/" } ?? "")\(name)"
    }
}

extension GPUUse {
    /// What contexts and the driver need beside what processes are said to use: 1.5 GiB, on large GPUs 2.5 %.
    private var memoryTolerance: UInt64 {
        max(3 << 29, (gpu.telemetry?.memory.value?.total ?? 0) / 40)
    }

    private var memoryFindings: [AttributionFinding] {
        guard let unclaimed = memoryUnclaimedBytes, unclaimed > memoryTolerance, let processes else { return [] }
        // What a process claims that is gone was said of that process.
        // The library's numbers can be anything: all ones as a process' memory is more than there is, not the end of the agent.
        let (gone, isTooMuch) = processes.filter(\.isGone).reduce((UInt64(0), false)) { sum, process in
            let (bytes, overflow) = sum.0.addingReportingOverflow(process.memoryBytes ?? 0)
            return (bytes, sum.1 || overflow)
        }
        guard !isTooMuch, unclaimed - memoryTolerance > gone else { return [] }
        let holders = processes.filter { !$0.hasContext && !$0.isDriverService }
        return [
            AttributionFinding(
                .memoryWithoutProcess, .warning, holders.isEmpty ? .resetGPU : .restartApp, gpu: gpu.index,
                "GPU \(gpu.index) has \(MemoryWords.short(unclaimed)) in use that no process claims.",
                remedy: holders.isEmpty
                    ? "No process holds its device either: end its processes and reset it to get the memory back."
                    : "End the processes that hold its device without a context first: "
                        + holders.prefix(8).map { "\($0.pid)" }.joined(separator: ", ") + ".")
        ]
    }
}

/// Amounts of memory in sentences.
enum MemoryWords {
    /// `61.0 GiB`, `512 MiB`.
    static func short(_ bytes: UInt64) -> String {
        guard bytes >= 1 << 30 else { return "\(bytes >> 20) MiB" }
        // Without a product that could overflow.
        let tenths = ((bytes >> 20) * 10) >> 10
        return "\(tenths / 10).\(tenths % 10) GiB"
    }
}

extension HostProcess {
    /// Nil where its cgroup could not be read.
    package var isInPod: Bool? {
        switch owner {
        case .value(.pod): true
        case .value: false
        case .unavailable: nil
        }
    }
}

extension HostProcessOwner {
    /// Whose it is, for a sentence; nil where the cgroup says nothing.
    package var words: String? {
        switch self {
        case .pod: "a pod"
        case .container(let reference):
            "container \(reference.containerID?.prefix(12) ?? "")\(reference.runtime.map { " of \($0.rawValue)" } ?? "")"
        case .slurmJob(let id, let step): "Slurm job \(id)\(step.map { " step \($0)" } ?? "")"
        case .userSession(let uid): "session of user \(uid)"
        case .service(let name): "service \(name)"
        case .unknown: nil
        }
    }
}
