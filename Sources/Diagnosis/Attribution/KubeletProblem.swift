package import Snapshots

extension PodsSnapshot {
    /// Why it is not known which GPUs pods were given, as a problem with its remedy; nil if one of the sources was read.
    package var accessProblem: AccessProblem? {
        guard podResources.outcome != .read, checkpoint.outcome != .read else { return nil }
        if podResources.outcome == .missing, checkpoint.outcome == .missing {
            return AccessProblem(
                kind: "kubelet_not_found",
                message: "Which GPUs pods were given is not known: there is no kubelet socket at \(podResources.path).",
                remedy:
                    "On a Kubernetes node, mount its root (or the kubelet's folder) into the agent's pod; a kubelet with "
                    + "another --root-dir is not found.")
        }
        return AccessProblem(
            kind: "pod_resources_unavailable",
            message: "Which GPUs pods were given is not known: \(podResources.words(of: "the kubelet's socket")).",
            remedy: podResources.remedy)
    }
}

extension KubeletSource {
    /// One word for answers.
    package var word: String {
        switch outcome {
        case .notAsked: "not_asked"
        case .read: "read"
        case .missing: "missing"
        case .noPermission: "no_permission"
        case .notListening: "not_listening"
        case .timedOut: "timed_out"
        case .failed: "failed"
        }
    }

    fileprivate func words(of subject: String) -> String {
        switch outcome {
        case .read, .notAsked: "\(subject) was not asked"
        case .missing: "\(subject) \(path) does not exist"
        case .noPermission, .failed, .notListening, .timedOut: "\(subject) \(path): \(detail)"
        }
    }

    fileprivate var remedy: String {
        switch outcome {
        case .noPermission: "Run the agent as root: the socket belongs to root."
        case .notListening: "The kubelet is down: look at `systemctl status kubelet` on the node."
        case .timedOut: "The kubelet is overloaded or stuck: ask again, then look at its log."
        default: "Look at the kubelet's log; kubelets before 1.20 do not have this service."
        }
    }
}
