/// The kubectl command lines of the launcher; everything that decides how the cluster is reached comes from the caller.
package struct KubectlArguments: Sendable, Equatable {
    /// As kubectl's `--context`; nil leaves the choice to kubectl.
    package var context: String?
    /// As kubectl's `--namespace`; nil: the context's own.
    package var namespace: String?
    /// As kubectl's `--kubeconfig`; nil leaves the choice to kubectl.
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

    /// Creates what comes on standard input, and tells what became of it.
    package var createJob: [String] {
        // The server validates anyway; kubectl's own validation would first download the whole OpenAPI document.
        connection + ["create", Self.answerSoon, "--validate=false", "-o", "json", "-f", "-"]
    }

    /// One Job.
    package func job(_ name: String) -> [String] {
        connection + ["get", "job", name, "-o", "json", Self.answerSoon]
    }

    /// Asks admission about the pod on standard input without making it.
    package var tryPod: [String] {
        connection + ["create", Self.answerSoon, "--validate=false", "--dry-run=server", "-o", "name", "-f", "-"]
    }

    /// Lists and then watches, so that no moment goes unseen. `seconds` bounds it, should nobody end it.
    package func watchPods(job: String, seconds: Int) -> [String] {
        connection + [
            "get", "pods", "-l", "job-name=\(job)", "-w", "-o", "json", "--request-timeout=\(seconds)s",
        ]
    }

    /// One node; not everybody may ask for it.
    package func node(_ name: TargetNode) -> [String] {
        connection + ["get", "node", name.description, "-o", "json", Self.answerSoon]
    }

    /// The names of all nodes, as `node/NAME`.
    package var nodeNames: [String] { connection + ["get", "nodes", "-o", "name", Self.answerSoon] }

    /// The events that tell why the Job's controller could not make its pod.
    package func failedCreations(job: String) -> [String] {
        let selector = "involvedObject.kind=Job,involvedObject.name=\(job),reason=FailedCreate"
        return connection + ["get", "events", "--field-selector", selector, "-o", "json", Self.answerSoon]
    }

    /// The warnings about one pod, such as a network that cannot be set up.
    package func warnings(podUID: String) -> [String] {
        let selector = "involvedObject.uid=\(podUID),type=Warning"
        return connection + ["get", "events", "--field-selector", selector, "-o", "json", Self.answerSoon]
    }

    /// Runs a command in the pod's container; with `-q` kubectl says nothing of its own on standard output.
    package func exec(pod: String, _ command: [String], stdin: Bool) -> [String] {
        connection + ["exec"] + (stdin ? ["-i"] : []) + ["-q", "-c", "agent", pod, "--"] + command
    }

    /// Removes a Job and, in the background, its pod; no error if it is gone.
    ///
    /// Not by name: by now another session may have made a Job of that name, which is not ours to remove.
    package func removeJob(instance: String) -> [String] {
        connection + [
            "delete", "job", "-l", "\(JobLabel.instance)=\(instance)", "--wait=false", "--cascade=background",
            Self.answerSoon,
        ]
    }

    /// Removes a pod that belongs to no Job.
    package func removePod(_ pod: String, namespace: String? = nil) -> [String] {
        var arguments = self
        if let namespace { arguments.namespace = namespace }
        return arguments.connection + ["delete", "pod", pod, "--ignore-not-found", "--wait=false", Self.answerSoon]
    }
}
