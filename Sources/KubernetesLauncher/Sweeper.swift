import JSON

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

    /// What there is, oldest first, and why there may be more. Pods of our Jobs are not listed: they go with the Job.
    package func find() async -> (leftovers: [Leftover], failure: LaunchFailure?) {
        var found: [Leftover] = []
        do throws(LaunchFailure) {
            found += try await jobs()
            found += try await pods()
            return (Self.sorted(found), nil)
        } catch { return (Self.sorted(found), error) }
    }

    private static func sorted(_ leftovers: [Leftover]) -> [Leftover] {
        leftovers.sorted { ($0.created, $0.name) < ($1.created, $1.name) }
    }

    /// Removes one of them, and never what was made since under the same name.
    package func remove(_ leftover: Leftover) async throws(LaunchFailure) {
        var place = arguments
        place.namespace = leftover.namespace
        let command = leftover.instance.map { place.removeJob(instance: $0) } ?? place.removePod(leftover.name)
        let answer = try await kubectl.ask(command)
        guard answer.isSuccess else { throw KubectlErrors.failure(answer.error) }
    }

    private func jobs() async throws(LaunchFailure) -> [Leftover] {
        let output = try await list(["get", "jobs", "-l", JobLabel.all, "-o", "json"])
        guard let items = (try? JSONParser.parse(output, limits: .init(bytes: 64 << 20)))?["items"]?.arrayValue
        else { throw .kubectl("it did not answer with a list") }
        return items.compactMap(Self.job)
    }

    /// Only the columns that are needed: the pods of a large cluster in full are hundreds of megabytes.
    private func pods() async throws(LaunchFailure) -> [Leftover] {
        let columns = PodRow.columns.joined(separator: ",")
        let output = try await list(["get", "pods", "--no-headers", "-o", "custom-columns=\(columns)"])
        let repository = Self.repository(of: image)
        return output.split(separator: UInt8(ascii: "\n")).compactMap { PodRow($0)?.leftover(repository: repository) }
    }

    private func list(_ command: [String]) async throws(LaunchFailure) -> [UInt8] {
        let scope = allNamespaces ? ["--all-namespaces"] : []
        // A large cluster's list comes in many parts, each of which may take so long.
        let words = arguments.connection + command + ["--request-timeout=15s"] + scope
        let answer = try await kubectl.ask(words, deadline: .seconds(90), talk: Talk(isShown: true))
        guard answer.isSuccess else { throw KubectlErrors.failure(answer.error) }
        return answer.output
    }

    /// A Job that `connect` made: nobody owns it, and its instance tells it from all others.
    static func job(_ job: JSONValue) -> Leftover? {
        guard let metadata = job["metadata"], let name = metadata["name"]?.stringValue,
            metadata["ownerReferences"]?.arrayValue?.isEmpty ?? true,
            let instance = metadata["labels"]?[JobLabel.instance]?.stringValue
        else { return nil }
        let isOver = (job["status"]?["active"]?.intValue ?? 0) == 0
        return Leftover(
            kind: .job, namespace: metadata["namespace"]?.stringValue ?? "default", name: name,
            node: job["spec"]?["template"]?["spec"]?["nodeName"]?.stringValue ?? "?",
            state: isOver ? "ended" : "active",
            owner: metadata["annotations"]?["k8s-mcp-agent/created-by"]?.stringValue ?? "?",
            created: metadata["creationTimestamp"]?.stringValue ?? "", instance: instance)
    }

    /// The reference without tag and digest. A colon before the last slash belongs to a registry's port.
    static func repository(of image: String) -> String {
        let name = image.split(separator: "@").first.map(String.init) ?? image
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard let last = parts.last, let colon = last.firstIndex(of: ":") else { return name }
        return (parts.dropLast() + [last[..<colon]]).joined(separator: "/")
    }
}
