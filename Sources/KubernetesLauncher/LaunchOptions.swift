/// What the caller of `connect` asks for.
package struct LaunchOptions: Sendable, Equatable {
    /// The node to go to.
    package var node: TargetNode
    /// The image of the agent.
    package var image = AgentImage.reference
    /// `read-only` or `operator`, as `serve --mode` takes it.
    package var mode = "read-only"
    /// Seconds after which the cluster ends the session, whatever happens.
    package var deadline = 14_400
    /// Seconds without a request after which the agent ends.
    package var idleTimeout = 1_800
    /// Seconds that the pod stays open without a session.
    package var grace = 15
    /// Seconds that the cluster keeps the Job after its end.
    package var timeToLive = 10
    /// Seconds to wait for the pod.
    package var patience = 120
    /// Further arguments for `serve`.
    package var agentArguments: [String] = []
    /// Who asks, for the Job's annotation and to tell one person's sessions from another's; such as `ada@laptop`.
    package var requester: String
    /// When, as RFC 3339 text.
    package var requestedAt: String

    /// Options with their defaults for all but who wants to go where.
    package init(node: TargetNode, requester: String, requestedAt: String) {
        self.node = node
        self.requester = requester
        self.requestedAt = requestedAt
    }

    /// The command that a session runs in the pod.
    package var sessionCommand: [String] {
        [AgentImage.entryPoint, "serve", "--mode", mode, "--idle-timeout", "\(idleTimeout)"] + agentArguments
    }
}
