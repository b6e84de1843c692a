/// One pod in a table of kubectl's; none of the columns holds a space.
struct PodRow: Sendable, Equatable {
    /// As `kubectl get -o custom-columns` takes them.
    static let columns = [
        "NAMESPACE:.metadata.namespace", "NAME:.metadata.name", "NODE:.spec.nodeName", "PHASE:.status.phase",
        "CREATED:.metadata.creationTimestamp", "IMAGE:.spec.containers[0].image",
        "OWNERS:.metadata.ownerReferences[*].kind",
    ]

    private let words: [String]

    /// Reads one line; nil for what is no row of such a table.
    init?(_ line: some Sequence<UInt8>) {
        words = String(decoding: Array(line), as: UTF8.self).split(separator: " ").map(String.init)
        guard words.count == Self.columns.count else { return nil }
    }

    /// The pod as something left behind by `kubectl debug node/...`: of our image, with no owner that would remove it.
    func leftover(repository: String) -> Leftover? {
        guard words[1].hasPrefix("node-debugger-"), Sweeper.repository(of: words[5]) == repository, words[6] == "<none>"
        else { return nil }
        return Leftover(
            kind: .pod, namespace: words[0], name: words[1], node: words[2], state: words[3], owner: "?",
            created: words[4], instance: nil)
    }
}
