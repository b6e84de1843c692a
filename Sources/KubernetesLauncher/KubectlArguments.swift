/// The kubectl command lines of the launcher; everything that decides how the cluster is reached comes from the caller.
package struct KubectlArguments: Sendable, Equatable {
    /// As kubectl's own options of these names; nil leaves the choice to kubectl and its kubeconfig.
    package var context: String?
    package var namespace: String?
    package var kubeconfig: String?

    /// The options that say which cluster; nil: kubectl's own choice.
    package init(context: String? = nil, namespace: String? = nil, kubeconfig: String? = nil) {
        self.context = context
        self.namespace = namespace
        self.kubeconfig = kubeconfig
    }

    /// Before every verb, so that credential plug-ins, proxies and contexts work as the user knows them.
    package var connection: [String] {
        let given = [("--context", context), ("--namespace", namespace), ("--kubeconfig", kubeconfig)]
        return given.flatMap { name, value in value.map { ["\(name)=\($0)"] } ?? [] }
    }

    /// No single question may take longer: a person waits for the answer.
    private static let answerSoon = "--request-timeout=5s"

    package var createJob: [String] {
        // The server validates anyway; kubectl's own validation would first download the whole OpenAPI document.
        connection + ["create", Self.answerSoon, "--validate=false", "-o", "json", "-f", "-"]
    }

    package func job(_ name: String) -> [String] {
        connection + ["get", "job", name, "-o", "json", Self.answerSoon]
    }

    package var tryPod: [String] {
        connection + ["create", Self.answerSoon, "--validate=false", "--dry-run=server", "-o", "name", "-f", "-"]
    }

    /// Lists and then watches, so that no moment goes unseen. `seconds` bounds it, should nobody end it.
    package func watchPods(job: String, seconds: Int) -> [String] {
        connection + [
            "get", "pods", "-l", "job-name=\(job)", "-w", "-o", "json", "--request-timeout=\(seconds)s",
        ]
    }

    package func node(_ name: TargetNode) -> [String] {
        connection + ["get", "node", name.description, "-o", "json", Self.answerSoon]
    }

    package var nodeNames: [String] { connection + ["get", "nodes", "-o", "name", Self.answerSoon] }

    package func failedCreations(job: String) -> [String] {
        let selector = "involvedObject.kind=Job,involvedObject.name=\(job),reason=FailedCreate"
        return connection + ["get", "events", "--field-selector", selector, "-o", "json", Self.answerSoon]
    }

    package func exec(pod: String, _ command: [String], stdin: Bool) -> [String] {
        connection + ["exec"] + (stdin ? ["-i"] : []) + ["-q", "-c", "agent", pod, "--"] + command
    }

    package func removeJob(_ job: String) -> [String] {
        connection + [
            "delete", "job", job, "--ignore-not-found", "--wait=false", "--cascade=background", Self.answerSoon,
        ]
    }

    package func removePod(_ pod: String, namespace: String? = nil) -> [String] {
        var arguments = self
        if let namespace { arguments.namespace = namespace }
        return arguments.connection + ["delete", "pod", pod, "--ignore-not-found", "--wait=false", Self.answerSoon]
    }
}
