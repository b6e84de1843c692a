import JSON

/// Something that an earlier session left in the cluster.
package struct Leftover: Sendable, Equatable {
    /// What it is.
    package enum Kind: String, Sendable {
        case job
        case pod
    }

    /// Whether it is a Job of ours or a debugging pod.
    package let kind: Kind
    /// Where it is.
    package let namespace: String
    /// Its name there.
    package let name: String
    /// The node it is on.
    package let node: String
    /// Such as `Running` or `Succeeded`; `active` or `ended` for a Job.
    package let state: String
    /// Whose it is, if it says so.
    package let owner: String
    /// RFC 3339, as the API server has it.
    package let created: String
}

/// Finds and removes what sessions left behind: our Jobs, and pods of `kubectl debug` with our image.
package struct Sweeper: Sendable {
    private let arguments: KubectlArguments
    private let kubectl: Kubectl
    private let image: String
    private let allNamespaces: Bool

    /// - Parameter image: any image of this repository counts, whatever its tag or digest.
    package init(arguments: KubectlArguments, kubectl: Kubectl, image: String, allNamespaces: Bool) {
        self.arguments = arguments
        self.kubectl = kubectl
        self.image = image
        self.allNamespaces = allNamespaces
    }

    /// What there is, oldest first. Pods of our Jobs are not listed: they go with the Job.
    package func find() async throws(LaunchFailure) -> [Leftover] {
        let scope = allNamespaces ? ["--all-namespaces"] : []
        let rest = ["-o", "json", "--request-timeout=15s"] + scope
        let jobs = try await list(["get", "jobs", "-l", "app.kubernetes.io/name=k8s-mcp-agent"] + rest)
        let pods = try await list(["get", "pods"] + rest)
        let repository = Self.repository(of: image)
        let found = jobs.compactMap(Self.job) + pods.compactMap { Self.debuggingPod($0, repository: repository) }
        return found.sorted { ($0.created, $0.name) < ($1.created, $1.name) }
    }

    /// Removes one of them.
    package func remove(_ leftover: Leftover) async throws(LaunchFailure) {
        var place = arguments
        place.namespace = leftover.namespace
        let command = leftover.kind == .job ? place.removeJob(leftover.name) : place.removePod(leftover.name)
        let answer = try await kubectl.ask(command)
        guard answer.isSuccess else { throw KubectlErrors.failure(answer.error) }
    }

    private func list(_ command: [String]) async throws(LaunchFailure) -> [JSONValue] {
        let answer = try await kubectl.ask(arguments.connection + command, deadline: .seconds(20))
        guard answer.isSuccess else { throw KubectlErrors.failure(answer.error) }
        guard let items = (try? JSONParser.parse(answer.output, limits: .init(bytes: 64 << 20)))?["items"]?.arrayValue
        else { throw .kubectl("it answered something that is no list") }
        return items
    }

    static func job(_ job: JSONValue) -> Leftover? {
        let isOver = (job["status"]?["active"]?.intValue ?? 0) == 0
        return leftover(.job, job, node: job["spec"]?["template"]?["spec"], state: isOver ? "ended" : "active")
    }

    /// A pod that `kubectl debug node/...` made: of our image, with no owner that would remove it.
    static func debuggingPod(_ pod: JSONValue, repository: String) -> Leftover? {
        guard pod["metadata"]?["ownerReferences"]?.arrayValue?.isEmpty ?? true,
            pod["metadata"]?["name"]?.stringValue?.hasPrefix("node-debugger-") ?? false,
            let image = pod["spec"]?["containers"]?.arrayValue?.first?["image"]?.stringValue,
            Self.repository(of: image) == repository
        else { return nil }
        return leftover(.pod, pod, node: pod["spec"], state: pod["status"]?["phase"]?.stringValue ?? "Unknown")
    }

    private static func leftover(
        _ kind: Leftover.Kind, _ object: JSONValue, node: JSONValue?, state: String
    ) -> Leftover? {
        guard let metadata = object["metadata"], let name = metadata["name"]?.stringValue else { return nil }
        return Leftover(
            kind: kind, namespace: metadata["namespace"]?.stringValue ?? "default", name: name,
            node: node?["nodeName"]?.stringValue ?? "?", state: state,
            owner: metadata["annotations"]?["k8s-mcp-agent/created-by"]?.stringValue ?? "?",
            created: metadata["creationTimestamp"]?.stringValue ?? "")
    }

    /// The reference without tag and digest. A colon before the last slash belongs to a registry's port.
    static func repository(of image: String) -> String {
        let name = image.split(separator: "@").first.map(String.init) ?? image
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard let last = parts.last, let colon = last.firstIndex(of: ":") else { return name }
        return (parts.dropLast() + [last[..<colon]]).joined(separator: "/")
    }
}
