internal import Snapshots

/// Which processes may not be ended, and why.
///
/// The order matters: what is not there any more is said first, then what must never be ended, then what cannot be.
package enum KillRules {
    /// Why this process is not to be ended; nil if nothing stands against it.
    package static func refusal(for holder: GPUHolder, in scene: KillScene) -> Refusal? {
        for rule in rules {
            if let refusal = rule(holder, scene) { return refusal }
        }
        return nil
    }

    typealias Rule = @Sendable (GPUHolder, KillScene) -> Refusal?

    private static let rules: [Rule] = [
        gone, firstProcess, kernelThread, thread, ownProcess, protectedProgram, containerMonitor, zombie, noHolder,
        unidentified, systemPod, namespaceInit, systemService, uninterruptible,
    ]

    private static let gone: Rule = { holder, _ in
        guard holder.process == nil || holder.process?.state == .dead else { return nil }
        let listed = holder.holds.contains(where: \.hasContext)
        return Refusal(
            "gone", subject: holder.subject,
            message: listed
                ? "NVML lists it, but the node has no such process any more." : "The node has no such process.",
            remedy: listed
                ? "The driver still cleans up after it: look again in a few seconds; if it persists, the GPU needs a reset."
                : "Call list_gpu_processes for the processes that hold GPUs now.")
    }

    private static let firstProcess: Rule = { holder, _ in
        guard holder.pid == 1 else { return nil }
        return Refusal(
            "init", subject: holder.subject, message: "It is the node's first process; its end is the node's end.",
            remedy: "Reboot the node by its own means if that is what is wanted.")
    }

    private static let kernelThread: Rule = { holder, _ in
        guard holder.process?.isKernelThread == true || holder.pid == 2 else { return nil }
        return Refusal(
            "kernel_thread", subject: holder.subject, message: "It is a thread of the kernel and takes no signals.",
            remedy: "Look for what keeps it busy with analyze_xid_errors; if the driver hangs, the node needs a reboot."
        )
    }

    private static let thread: Rule = { holder, _ in
        guard let group = holder.process?.identity.threadGroupID.value, group != holder.pid else { return nil }
        return Refusal(
            "thread", subject: holder.subject, message: "It is a thread of process \(group), not a process.",
            remedy: "Call again with pid=\(group).")
    }

    private static let ownProcess: Rule = { holder, scene in
        guard scene.ownPIDs.contains(holder.pid) else { return nil }
        return Refusal(
            "this_agent", subject: holder.subject,
            message: "It is this agent, one of its children, or what this agent's session depends on.",
            remedy: "The agent closes the driver by itself when that is needed; end it by closing its client.")
    }

    private static let protectedProgram: Rule = { holder, _ in
        guard let process = holder.process else { return nil }
        let found = ProtectedProgram.all.first { $0.matches(program: holder.program, kernelName: process.name) }
        guard let found else { return nil }
        // Its executable says something else than its name.
        let doubt =
            found.matches(program: holder.program, kernelName: "")
            ? "" : " Only its name says so; its program is \(holder.program ?? "not known")."
        let pod = doubt.isEmpty ? "" : holder.podRemedy.map { " If it is something else: \($0)" } ?? ""
        return Refusal(
            found.reason, subject: holder.subject, message: "It is \(found.what).\(doubt)", remedy: found.remedy + pod)
    }

    private static let containerMonitor: Rule = { holder, _ in
        guard holder.process?.owner.value?.container?.isMonitor == true else { return nil }
        return Refusal(
            "container_runtime", subject: holder.subject,
            message: "It is the container runtime's helper beside a container.",
            remedy: holder.podRemedy ?? "Stop the container by its runtime (`crictl stop`, `podman stop`).")
    }

    private static let unidentified: Rule = { holder, _ in
        guard let process = holder.process, process.state != .zombie else { return nil }
        guard process.identity.executable.value == nil || process.startTicks == 0 else { return nil }
        return Refusal(
            "unidentified", subject: holder.subject,
            message: "Its program or its start time cannot be read, so nobody can say what would be ended.",
            remedy: "Run the agent as root in the node's process id namespace (hostPID: true), with CAP_SYS_PTRACE."
                + (holder.podRemedy.map { " Or: \($0)" } ?? ""))
    }
}

extension GPUHolder {
    /// The way that Kubernetes offers; nil for a process of no pod.
    package var podRemedy: String? {
        guard isInPod else { return nil }
        guard let pod, let name = pod.name else {
            return "Delete its pod (uid \(pod?.uid ?? process?.owner.value?.container?.podUID ?? "unknown"))."
        }
        return "Delete its pod: `kubectl delete pod \(name)\(pod.namespace.map { " -n \($0)" } ?? "")`."
    }
}
