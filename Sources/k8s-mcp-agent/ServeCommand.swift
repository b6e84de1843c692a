internal import ArgumentParser
internal import CUnix
internal import EventLoop
internal import MCP
internal import Probe
internal import Tools

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// `serve`: MCP on standard input and output.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve MCP on standard input and output. (default)",
        discussion: """
            Reads one JSON-RPC message a line and answers on standard output; everything else goes to standard error. Ends when \
            standard input does, after everything that was asked is answered.
            """)

    @OptionGroup var options: AgentOptions

    @Option(help: "How much to say on standard error: \(LogLevel.allCases.map(\.rawValue).joined(separator: ", ")).")
    var logLevel: LogLevel = .warning

    func run() throws {
        let log = AgentLog(level: logLevel)
        let options = options
        try LoopRunner.run { loop in
            let context = try options.context(on: loop)
            let server = MCPServer(
                info: AgentIdentity.info, instructions: AgentIdentity.instructions, tools: allTools(context),
                prompts: allPrompts(context))
            let transport = StdioServer(server, loop: loop)
            let signals = Task(executorPreference: loop) { await StopSignals.wait(on: loop, transport, log) }
            log.info(
                "serving MCP on standard input and output, mode \(options.mode.rawValue), node \(context.nodeName)")
            let end = await transport.run()
            signals.cancel()
            await context.shutDown()
            log.info("ended: \(end)")
            return 0
        }
    }
}

/// SIGTERM, SIGINT and SIGHUP: what was asked is finished for up to two seconds, then the server ends.
enum StopSignals {
    private static let patience: Duration = .seconds(2)

    static func wait(on loop: EventLoop, _ transport: StdioServer, _ log: AgentLog) async {
        let signals = [SIGTERM, SIGINT, SIGHUP]
        let descriptor = csystem_signal_pipe(signals, Int32(signals.count))
        guard descriptor >= 0 else { return log.warning("signals cannot be handled; a signal ends the agent at once") }
        defer { close(descriptor) }
        guard (try? await loop.waitReadable(descriptor)) != nil else { return }
        log.info("asked to end by a signal")
        transport.drain(upTo: patience)
    }
}
