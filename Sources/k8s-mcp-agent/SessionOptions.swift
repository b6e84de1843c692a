import ArgumentParser
import KubernetesLauncher

/// What the session on the node is to be like.
struct SessionOptions: ParsableArguments {
    static let usualDeadline = 14_400

    @Option(help: ArgumentHelp("The agent's image.", valueName: "reference"))
    var image = AgentImage.reference

    @Option(help: ArgumentHelp("What the agent may do.", valueName: "read-only|operator"))
    var mode = "read-only"

    @Option(
        help: ArgumentHelp(
            "When the cluster ends the session in any case, such as 90m or 12h; the driver's own limit goes after '--'. (default: 4h)",
            valueName: "duration"),
        transform: TimeSpan.seconds)
    var deadline = Self.usualDeadline

    @Option(
        help: ArgumentHelp("When the agent ends without a request. (default: 30m)", valueName: "duration"),
        transform: TimeSpan.seconds)
    var idleTimeout = 1_800

    @Option(
        help: ArgumentHelp("How long to wait for the pod. (default: 2m)", valueName: "duration"),
        transform: TimeSpan.seconds)
    var patience = 120

    @Option(help: .hidden, transform: TimeSpan.seconds)
    var grace = 15

    @Option(help: .hidden, transform: TimeSpan.seconds)
    var timeToLive = 10

    func validate() throws {
        guard ["read-only", "operator"].contains(mode) else {
            throw ValidationError("--mode is read-only or operator, not '\(mode)'.")
        }
        // As the admission policy has it.
        guard (60...86_400).contains(deadline) else {
            throw ValidationError(
                "--deadline is 60s to 24h: it ends the session. How long the driver may take for one question is said "
                    + "after '--', as in: connect NODE -- --deadline 10.")
        }
        guard (1...604_800).contains(idleTimeout) else { throw ValidationError("--idle-timeout is 1s to 168h.") }
        guard (1...3_600).contains(patience) else { throw ValidationError("--patience is 1s to 1h.") }
        guard (1...600).contains(grace) else { throw ValidationError("--grace is 1s to 10m.") }
        let known: Set<Character> = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._/:@")
        guard !image.isEmpty, image.allSatisfy(known.contains) else {
            throw ValidationError("--image '\(image)' is not an image reference.")
        }
    }

    func launchOptions(nodeText: String, agentArguments: [String]) throws -> LaunchOptions {
        guard let node = TargetNode(nodeText) else {
            throw ValidationError(
                "'\(nodeText)' cannot be a node's name: lower-case letters, digits, '-' and '.'; see 'kubectl get nodes'."
            )
        }
        var options = LaunchOptions(node: node, requester: LocalSystem.requester, requestedAt: LocalSystem.timestamp)
        options.image = image
        options.mode = mode
        options.deadline = deadline
        options.idleTimeout = idleTimeout
        options.patience = patience
        options.grace = grace
        options.timeToLive = timeToLive
        options.agentArguments = agentArguments
        return options
    }

    /// What differs from the defaults, as it would be written again.
    var commandLine: [String] {
        var words: [String] = []
        if image != AgentImage.reference { words += ["--image", image] }
        if mode != "read-only" { words += ["--mode", mode] }
        if deadline != Self.usualDeadline { words += ["--deadline", "\(deadline)s"] }
        if idleTimeout != 1_800 { words += ["--idle-timeout", "\(idleTimeout)s"] }
        if patience != 120 { words += ["--patience", "\(patience)s"] }
        return words
    }
}

/// Lengths of time on the command line.
enum TimeSpan {
    /// Reads `90`, `90s`, `30m`, `4h` or `2d` as seconds.
    static func seconds(_ text: String) throws -> Int {
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
        let unit = text.last.flatMap { units[$0] }
        let digits = unit == nil ? text[...] : text.dropLast()
        guard let count = Int(digits), count >= 0, count <= 1_000_000_000 else {
            throw ValidationError("'\(text)' is not a duration; write 90s, 30m or 4h.")
        }
        return count * (unit ?? 1)
    }
}
