/// The labels by which Jobs of ours are found.
enum JobLabel {
    static let component = "app.kubernetes.io/component"
    static let managedBy = "app.kubernetes.io/managed-by"
    /// Tells one Job from all others; see ``SessionNames/newInstance()``.
    static let instance = "k8s-mcp-agent/instance"

    /// Selects every Job that `connect` made, and nothing that others made of the same image.
    static let all = "\(managedBy)=k8s-mcp-agent,\(component)=session,\(instance)"
}
