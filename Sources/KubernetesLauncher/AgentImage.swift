/// The container image that is injected into a node. Manifests and documents name the same one; `make release-check` compares.
package enum AgentImage {
    /// Where releases are published.
    package static let repository = "ghcr.io/k8s-mcp-agent/k8s-mcp-agent"
    /// The release that this launcher belongs to.
    package static let version = "0.1.0"
    /// The image that `connect` uses unless told otherwise.
    package static let reference = "\(repository):\(version)"
    /// The agent's path inside the image.
    package static let entryPoint = "/agent"
}
