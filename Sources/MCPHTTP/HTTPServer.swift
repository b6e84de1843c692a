internal import HummingbirdCore
internal import HummingbirdTLS
internal import Logging
public import MCP
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
public import ServiceLifecycle

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Serves any number of clients over Streamable HTTP, those with sessions and those whose requests stand alone, at `/mcp`.
///
/// Besides, `/healthz` says that the process lives, `/readyz` whether it can work, and `/metrics` what it has done.
public final class HTTPServer: Service {
    private let configuration: HTTPConfiguration
    private let endpoint: Endpoint
    private let onNotice: @Sendable (String) -> Void
    private let onListening: @Sendable (Int) async -> Void

    /// Nothing is opened before ``run()``.
    ///
    /// - Parameters:
    ///   - executor: where calls run; the system's, if nil.
    ///   - onListening: is told the port once connections are accepted.
    ///   - onNotice: is told what whoever runs the server should know, such as a certificate that cannot be read any more.
    public init(
        _ server: MCPServer, configuration: HTTPConfiguration, executor: (any TaskExecutor)? = nil,
        probes: HTTPProbes = HTTPProbes(),
        onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in },
        onNotice: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        var configuration = configuration
        configuration.limits.connections = DescriptorLimit.raise(for: configuration.limits.connections)
        self.configuration = configuration
        self.onNotice = onNotice
        self.onListening = onListening
        endpoint = Endpoint(server, configuration, executor: executor, probes: probes, onNotice: onNotice)
    }

    /// How long no client has asked for anything, run anything or listened; those who ask for health and metrics are none.
    public var idleTime: Duration { endpoint.idleTime }

    /// Serves until a graceful shutdown, which lets calls in flight finish within ``HTTPLimits/drain``.
    ///
    /// - Throws: ``HTTPServerError`` where the address cannot be listened on, or the certificate cannot be read.
    public func run() async throws {
        do { try await serve() } catch let error as IOError {
            throw refusal(String(cString: strerror(error.errnoCode)))
        } catch is SocketAddressError.UnknownHost {
            throw refusal("no address is known by this name")
        }
    }

    private func refusal(_ why: String) -> HTTPServerError {
        .address(host: configuration.host, port: configuration.port, why)
    }

    private func serve() async throws {
        let endpoint = endpoint
        let loop = Self.threads.next()
        let service = try service(on: loop)
        let ticker = ticker(loop)
        defer { ticker.cancel() }
        try await withGracefulShutdownHandler {
            try await withTaskExecutorPreference(LoopExecutor(loop)) { try await service.run() }
        } onGracefulShutdown: {
            Task { await endpoint.shutDown() }
        }
        await endpoint.shutDown()
    }

    /// One thread for the connections of all servers, which lasts as long as the process: what limits the rate is the work
    /// behind the connections, and each further thread would have to be woken up and would cost memory.
    private static let threads = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    private func service(on loop: any EventLoop) throws -> any Service {
        let endpoint = endpoint
        let onListening = onListening
        return try builder().buildServer(
            configuration: ServerConfiguration(
                address: .hostname(configuration.host, port: configuration.port), backlog: 1_024),
            eventLoopGroup: loop, logger: Self.logger,
            responder: { request, writer, channel in try await endpoint.respond(request, writer, channel) },
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? 0) })
    }

    private func builder() throws -> HTTPServerBuilder {
        let limits = configuration.limits
        let connections = endpoint.connections
        let http = HTTPServerBuilder.http1(
            configuration: HTTP1Channel.Configuration(
                additionalChannelHandlers: [ConnectionWatch(connections, limits)],
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: limits.headers, maxHeaderListSize: limits.headers,
                    maxHeaderFieldCount: limits.headerFields)))
        guard let files = configuration.tls else { return http }
        return try .tls(http, tlsConfiguration: CertificateStore(files, onNotice: onNotice).configuration)
    }

    /// Has silent streams say that they live, and ends idle sessions.
    private func ticker(_ loop: any EventLoop) -> RepeatedTask {
        let endpoint = endpoint
        // Two looks without anything in between make a silence.
        let interval = TimeAmount(configuration.limits.keepAlive / 2)
        return loop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
            endpoint.streams.keepAlive()
            endpoint.sessions.sweep()
        }
    }

    /// What the HTTP library has to say goes to standard error, and only what is grave.
    private static var logger: Logger {
        var logger = Logger(label: "http") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .error
        return logger
    }
}
