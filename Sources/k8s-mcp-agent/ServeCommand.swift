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

/// `serve`: MCP on standard input and output, or over HTTP.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve MCP on standard input and output, or over HTTP.",
        discussion: """
            Reads one JSON-RPC message a line and answers on standard output; everything else goes to standard error. Ends when \
            standard input does, once every request is answered.
            """)

    @OptionGroup var options: AgentOptions

    @OptionGroup(title: "HTTP") var http: HTTPOptions

    @Option(help: "How much to log on standard error: \(LogLevel.allCases.map(\.rawValue).joined(separator: ", ")).")
    var logLevel: LogLevel = .notice

    @Option(
        help: ArgumentHelp(
            "End after so long without a request. (default: 1800 in a pod, else never)", valueName: "seconds"))
    var idleTimeout: Int?

    func validate() throws {
        guard (1...604_800).contains(idleTimeout ?? 1) else {
            throw ValidationError("--idle-timeout: \(idleTimeout ?? 0) is out of range; choose 1 to 604800 seconds.")
        }
    }

    func run() throws {
        let log = AgentLog(level: logLevel)
        let (options, idleTimeout) = (options, idleTimeout ?? IdleEnd.defaultInPod)
        #if HTTP
            let http = try http.configuration()
        #else
            if http.http != nil { try HTTPSibling.become() }
        #endif
        try LoopRunner.run { loop in
            let context = try options.context(on: loop)
            let agent = AgentServer(context, options.configuration)
            defer { withExtendedLifetime(agent) {} }
            let server = agent.server
            #if HTTP
                if let http {
                    try await HTTPServing.run(server, http, context, log, idleTimeout: idleTimeout)
                    await context.shutDown()
                    log.info("ended")
                    return 0
                }
            #endif
            let transport = StdioServer(server, loop: loop)
            let signals = Task(executorPreference: loop) { await StopSignals.wait(on: loop, transport, log) }
            log.info(
                "serving MCP on standard input and output, mode \(options.mode.rawValue), node \(context.nodeName)")
            let idling = Task(executorPreference: loop) {
                guard await IdleEnd.wait(on: loop, log, seconds: idleTimeout, { transport.idleTime }) else { return }
                transport.drain(upTo: .seconds(1))
            }
            let end = await transport.run()
            signals.cancel()
            idling.cancel()
            await context.shutDown()
            log.info("ended: \(end)")
            guard let failure = end.failure else { return 0 }
            StandardError.say("k8s-mcp-agent: \(failure)")
            return 1
        }
    }
}

extension StdioServer.End {
    /// What kept the agent from serving; nil where it ended as it should, or its client has gone.
    fileprivate var failure: String? {
        switch self {
        case .inputEnded, .drained: nil
        case .outputLost(EPIPE), .outputLost(ECONNRESET), .inputFailed(ECONNRESET): nil
        // A terminal that was closed.
        case .outputLost(EIO), .inputFailed(EIO): nil
        case .outputLost(let code): "standard output cannot be written: \(String(cString: strerror(code)))"
        case .inputFailed(let code): "standard input cannot be read: \(String(cString: strerror(code)))"
        }
    }
}

/// SIGTERM, SIGINT and SIGHUP: what was asked is finished for nearly two seconds, then the server ends.
enum StopSignals {
    /// Clients kill what has not ended two seconds after they asked, and a kill leaves no time for the last answers.
    private static let patience: Duration = .milliseconds(1_900)

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

/// A client that has gone without a word, or sleeps, must not keep an agent on a node for ever.
enum IdleEnd {
    /// Half an hour in a pod, which says its name to the agent (downward API); a server that a person started stays.
    static var defaultInPod: Int? { getenv("POD_NAME") == nil ? nil : 1_800 }

    /// Waits until the agent has been idle for so long, and says so.
    ///
    /// - Parameter idleTime: how long it has been idle.
    /// - Returns: false where it never will be: no time is given, or nobody waits any more.
    static func wait(
        on loop: EventLoop, _ log: AgentLog, seconds: Int?, _ idleTime: () -> Duration
    ) async -> Bool {
        guard let seconds else { return false }
        let limit = Duration.seconds(seconds)
        while true {
            let idle = idleTime()
            if idle >= limit { break }
            guard (try? await loop.sleep(for: limit - idle)) != nil else { return false }
        }
        log.warning("no request for \(seconds) s, ending; start a new session to go on")
        return true
    }
}
