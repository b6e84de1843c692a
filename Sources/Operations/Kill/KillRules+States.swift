internal import Snapshots

extension KillRules {
    /// Namespaces whose pods keep the node working.
    static let systemNamespaces: Set<String> = [
        "kube-system", "kube-public", "kube-node-lease", "gpu-operator", "nvidia-gpu-operator", "nvidia-system",
        "openshift-monitoring", "calico-system", "cilium", "istio-system",
    ]

    static let zombie: Rule = { holder, _ in
        guard let process = holder.process, process.state == .zombie else { return nil }
        if let threads = process.identity.threadCount.value, threads > 1 {
            return Refusal(
                "zombie_with_threads", subject: holder.subject,
                message: "Its first thread has ended and \(threads - 1) others have not: they still hold the GPU, and "
                    + "are mostly stuck in the driver.",
                remedy: "It cannot be ended from here: look at the kernel log with analyze_xid_errors; reboot the node."
            )
        }
        return Refusal(
            "zombie", subject: holder.subject,
            message:
                "It has ended already and holds no GPU; its parent, process \(process.parentPID), has not reaped it.",
            remedy: holder.podRemedy
                ?? (process.parentPID > 1
                    ? "Stop or fix its parent, process \(process.parentPID); a signal to a zombie does nothing."
                    : "Nothing to do: init reaps it; a signal to a zombie does nothing."))
    }

    static let systemPod: Rule = { holder, _ in
        guard let namespace = holder.pod?.namespace, systemNamespaces.contains(namespace) else { return nil }
        return Refusal(
            "system_pod", subject: holder.subject,
            message: "It belongs to pod \(holder.podName ?? "") of a namespace that keeps the node working.",
            remedy: "Stop it through its owner: edit or label its DaemonSet or Deployment in \(namespace).")
    }

    static let namespaceInit: Rule = { holder, _ in
        guard let pids = holder.process?.identity.namespacePIDs.value, pids.count > 1, pids.last == 1 else {
            return nil
        }
        return Refusal(
            "container_init", subject: holder.subject,
            message: "It is the first process of its container: when it ends, the whole container ends"
                + (holder.isInPod ? ", which the kubelet then starts again." : "."),
            remedy: holder.podRemedy ?? "Stop the container by its runtime (`crictl stop`, `docker stop`).")
    }

    static let systemService: Rule = { holder, _ in
        guard case .service(let unit) = holder.process?.owner.value else { return nil }
        return Refusal(
            "system_service", subject: holder.subject,
            message: "It belongs to the node's service \(unit), whose manager would restart it or fail.",
            remedy: "Stop the service: `systemctl stop \(unit)`.")
    }

    static let uninterruptible: Rule = { holder, _ in
        guard holder.process?.state == .uninterruptible else { return nil }
        return Refusal(
            "uninterruptible", subject: holder.subject,
            message: "It sleeps in the kernel (state D), where no signal reaches it, not even KILL.",
            remedy: "Call again in a few seconds. If it is still so, the driver hangs: drain and reboot the node; "
                + "do not reset the GPU.")
    }

    static let noHolder: Rule = { holder, scene in
        guard holder.holds.isEmpty else { return nil }
        if let minor = holder.process?.gpuMinors.first {
            return Refusal(
                "holders_unknown", subject: holder.subject,
                message:
                    "It has /dev/nvidia\(minor) open, but neither NVML nor the kernel module says which GPU that is.",
                remedy: "See the problems that describe_gpu_node names, and call again when the GPU is known.")
        }
        guard scene.knowsAllHolders else {
            return Refusal(
                "holders_unknown", subject: holder.subject,
                message: "Whether it holds a GPU is not known: not all lists of GPU processes could be read.",
                remedy: "See the problems that list_gpu_processes names, and call again when they are solved.")
        }
        return Refusal(
            "not_a_gpu_process", subject: holder.subject,
            message: "It holds no GPU: NVML does not list it, and it has no GPU's device node open.",
            remedy: "Call list_gpu_processes for those that do; this tool ends no others.")
    }
}
