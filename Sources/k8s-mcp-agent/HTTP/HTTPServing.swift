#if HTTP
    internal import Diagnosis
    internal import EventLoop
    internal import Logging
    internal import MCP
    internal import MCPHTTP
    internal import Probe
    internal import ProbeProtocol
    internal import ServiceLifecycle
    internal import Snapshots
    internal import Tools
    internal import UnixSignals

    /// Serves MCP over HTTP until a signal ends it, or nobody has used it for long.
    enum HTTPServing {
        static func run(
            _ server: MCPServer, _ configuration: HTTPConfiguration, _ context: ToolContext, _ log: AgentLog,
            idleTimeout: Int?
        ) async throws {
            let scheme = configuration.tls == nil ? "http" : "https"
            let host = configuration.host.contains(":") ? "[\(configuration.host)]" : configuration.host
            let service = HTTPServer(
                server, configuration: configuration, executor: context.loop, probes: probes(context),
                onListening: { port in log.notice("serving MCP at \(scheme)://\(host):\(port)/mcp") },
                onNotice: { log.warning($0) })
            var group = ServiceGroupConfiguration(
                services: [service], gracefulShutdownSignals: [.sigterm, .sigint, .sighup],
                logger: Logger(label: "services") { _ in SwiftLogNoOpLogHandler() })
            group.maximumGracefulShutdownDuration = .seconds(5)
            let services = ServiceGroup(configuration: group)
            let idling = Task(executorPreference: context.loop) {
                guard await IdleEnd.wait(on: context.loop, log, seconds: idleTimeout, { service.idleTime }) else {
                    return
                }
                await services.triggerGracefulShutdown()
            }
            defer { idling.cancel() }
            // Connections have threads of their own; the loop's thread is for the tools.
            try await Task.detached { try await services.run() }.value
        }

        /// The probe answers within its deadline or says why it does not.
        private static func probes(_ context: ToolContext) -> HTTPProbes {
            HTTPProbes(
                notReady: {
                    let reading = Task(executorPreference: context.loop) {
                        await context.probe.read(ProbeRequest(.driver))
                    }
                    let snapshot = await reading.value
                    return (snapshot.interruption?.problem ?? snapshot.driverProblem)?.message
                }, samples: { samples(context.probe.counts) })
        }

        private static func samples(_ counts: ProbeCounts) -> [MetricSample] {
            [
                .total(
                    "gpu_probe_restarts_total", "Child processes that were started in place of one that ended.",
                    counts.restarts),
                .total(
                    "gpu_probe_timeouts_total", "Questions that the driver did not answer in time.", counts.timeOuts),
                .total("gpu_probe_crashes_total", "Questions during which the child process ended.", counts.crashes),
            ]
        }
    }
#endif
