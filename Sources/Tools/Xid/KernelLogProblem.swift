package import Diagnosis
package import Snapshots

extension AccessProblem {
    /// The kernel log cannot be read, so which faults it holds is unknown.
    package static func kernelLogUnreadable(_ reason: Unavailable) -> AccessProblem {
        AccessProblem(
            kind: "kernel_log_unreadable",
            message: "The kernel log cannot be read (\(reason.word)): whether there were Xid errors is unknown.",
            remedy: kernelLogRemedy(reason))
    }

    private static func kernelLogRemedy(_ reason: Unavailable) -> String {
        switch reason {
        case .noPermission:
            "Run the agent's pod privileged, or give it a copy: dmesg > FILE on the node, then --kernel-log FILE."
        case .notSupported: "There is no /dev/kmsg here: mount the node's /dev, or give a copy with --kernel-log FILE."
        case .unusable(let fault): fault.remedy
        default:
            "Ask again; if it persists, run `k8s-mcp-agent doctor`, or give a copy of the log with --kernel-log FILE."
        }
    }
}
