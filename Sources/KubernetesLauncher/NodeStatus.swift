import JSON

/// What the API server knows of a node.
enum NodeStatus {
    /// Why nothing can be started on the node; nil if it is ready.
    static func failure(_ node: JSONValue, name: TargetNode) -> LaunchFailure? {
        let conditions = node["status"]?["conditions"]?.arrayValue ?? []
        guard let ready = conditions.first(where: { $0["type"]?.stringValue == "Ready" }) else { return nil }
        guard ready["status"]?.stringValue != "True" else { return nil }
        let reason = ready["reason"]?.stringValue ?? "no reason given"
        let message = ready["message"]?.stringValue.map { ": \($0)" } ?? ""
        return .nodeNotReady(name.description, reason + message)
    }
}
