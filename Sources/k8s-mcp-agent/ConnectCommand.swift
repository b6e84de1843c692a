import ArgumentParser
import EventLoop
import JSON
import KubernetesLauncher
import Tools

/// Takes the MCP client to a node: `connect NODE` is the command that a client starts.
struct ConnectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "connect",
        abstract: "Open an MCP session on a node through kubectl; nothing is installed, nothing stays.",
        discussion: """
            Creates a Job that removes itself, runs the agent in its pod with 'kubectl exec', and connects standard input \
            and output with it. Sessions of one person on one node share the Job. Arguments after '--' go to the agent's \
            'serve'.

            Exit code: the agent's own; 1 if the session could not begin or was lost; 128 + N after signal N. With --diagnose \
            that of `diagnose`: 0 healthy, 1 degraded or unhealthy, 3 unknown or not reached.
            """)

    @Argument(help: ArgumentHelp("The node, as NODE or node/NODE.", valueName: "node"))
    var nodeText: String

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var session: SessionOptions

    @Option(help: ArgumentHelp("How to get there: a Job of our own, or 'kubectl debug'.", valueName: "job|debug"))
    var via: Way = .job

    @Flag(help: "Print the verdict on the node, as `diagnose` does, and leave; for people.")
    var diagnose = false

    @Option(help: "With --diagnose: text or json. (default: text)")
    var output: DiagnoseCommand.Output?

    @Flag(help: "Print what would be created, and create nothing.")
    var dryRun = false

    @Option(
        help: ArgumentHelp(
            "Print the configuration for an MCP client, and connect to nothing.",
            valueName: "client"))
    var printConfig: ClientKind?

    @Argument(parsing: .postTerminator, help: "Arguments for the agent, such as -- --log-level debug.")
    var agentArguments: [String] = []

    enum Way: String, ExpressibleByArgument {
        case job
        case debug
    }

    func validate() throws {
        guard via == .job || session.deadline == SessionOptions.usualDeadline else {
            throw ValidationError("--deadline needs a Job; with --via debug a session ends by --idle-timeout.")
        }
        guard diagnose || output == nil else {
            throw ValidationError("--output needs --diagnose: a session speaks MCP.")
        }
        guard !diagnose || printConfig == nil else {
            throw ValidationError("--print-config is for a client, --diagnose for a person; leave one of them out.")
        }
    }

    func run() throws {
        let options = try session.launchOptions(nodeText: nodeText, agentArguments: agentArguments)
        if let printConfig {
            try StandardOutput.say(configuration(for: printConfig, options))
        } else if dryRun {
            try showPlan(options)
        } else if diagnose {
            throw ExitCode(try ask(options))
        } else {
            throw ExitCode(try connect(options))
        }
    }

    private func ask(_ options: LaunchOptions) throws -> Int32 {
        let question = try RemoteQuestion(tool: DiagnoseGPUNode.name)
        let exitCode = try connect(options)
        guard let result = question.finish() else { return exitCode > 128 ? exitCode : DiagnoseExit.unknown }
        return try DiagnoseExit.show(
            result["structuredContent"], or: result["content"]?.arrayValue?.first?["text"]?.stringValue ?? "",
            output ?? .text)
    }

    private func connect(_ options: LaunchOptions) throws -> Int32 {
        let loop = try EventLoop()
        let interruptions = Interruptions(loop: loop)
        let kubectl = Kubectl(executable: cluster.kubectl)
        let (via, cluster) = (via, cluster.arguments)
        let exitCode = loop.runUntilDone { () async -> Int32 in
            switch via {
            case .job:
                let launcher = Launcher(
                    options, arguments: cluster, kubectl: kubectl, interruptions: interruptions, say: Self.say)
                return await launcher.run().exitCode
            case .debug:
                let session = DebugSession(
                    options, arguments: cluster, kubectl: kubectl, interruptions: interruptions, say: Self.say)
                return await session.run().exitCode
            }
        }
        return exitCode ?? 1
    }

    private static func say(_ line: String) { StandardError.say("k8s-mcp-agent: \(line)") }

    private func showPlan(_ options: LaunchOptions) throws {
        let plan = LaunchPlan(options, arguments: cluster.arguments, kubectl: cluster.kubectl)
        switch via {
        case .job: try StandardOutput.say(plan.job)
        case .debug: try StandardOutput.say(plan.debug)
        }
    }

    private func configuration(for client: ClientKind, _ options: LaunchOptions) -> String {
        var arguments = ["connect", options.node.description] + cluster.commandLine + session.commandLine
        if via == .debug { arguments += ["--via", "debug"] }
        if !agentArguments.isEmpty { arguments += ["--"] + agentArguments }
        let configuration = ClientConfiguration(
            server: options.node.description, command: LocalSystem.ownPath, arguments: arguments,
            environment: LocalSystem.clientEnvironment)
        StandardError.say(client.whereToPutIt)
        return configuration.text(for: client)
    }
}

extension ClientKind: ExpressibleByArgument {}
