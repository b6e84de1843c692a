internal import HTTPTypes
internal import HummingbirdCore
internal import JSON
internal import MCP
internal import NIOCore
import Synchronization

/// Answers the requests of all connections.
final class Endpoint: Sendable {
    let server: MCPServer
    let limits: HTTPLimits
    let sessions: SessionTable
    let streams: OpenStreams
    let calls: CallGauge
    let connections: ConnectionTable
    let metrics = HTTPMetrics()
    let executor: (any TaskExecutor)?
    private let gatekeeper: Gatekeeper
    private let probes: HTTPProbes
    private let subscriptions = Mutex<[ObjectIdentifier: StatelessExchange]>([:])
    /// When a client that is let in last began a request, or was last at the end of one that took long.
    private let lastUse = Atomic(NIODeadline.now().uptimeNanoseconds)

    init(
        _ server: MCPServer, _ configuration: HTTPConfiguration, executor: (any TaskExecutor)?, probes: HTTPProbes,
        onNotice: @escaping @Sendable (String) -> Void
    ) {
        self.server = server
        limits = configuration.limits
        sessions = SessionTable(limit: limits.sessions)
        streams = OpenStreams(limit: limits.streams)
        calls = CallGauge(limit: limits.calls)
        connections = ConnectionTable(limit: limits.connections)
        gatekeeper = Gatekeeper(configuration, onNotice: onNotice)
        self.executor = executor
        self.probes = probes
    }

    /// Answers one request; throws where the connection cannot go on.
    func respond(_ request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel) async throws {
        let began = NIODeadline.now()
        var label = request.head.method.rawValue
        let answer: Answer
        do {
            answer = try await self.answer(request, &label, began, writer, channel)
        } catch let refusal as Refusal {
            answer = refusal.answer
        }
        let status = try await write(answer, isHead: request.head.method == .head, writer, channel)
        let elapsed = (NIODeadline.now() - began).nanoseconds
        metrics.record(label, status: status, nanoseconds: elapsed)
    }

    private func answer(
        _ request: Request, _ label: inout String, _ began: NIODeadline, _ writer: borrowing ResponseWriter,
        _ channel: any Channel
    ) async throws -> Answer {
        let path = (request.head.path ?? "/").prefix { $0 != "?" }
        switch path {
        case "/mcp":
            try gatekeeper.check(request.head, at: channel.localAddress)
            use(at: began)
            return try await protocolAnswer(request, &label, writer)
        case "/healthz", "/readyz", "/metrics":
            try gatekeeper.check(request.head, isHealthCheck: path != "/metrics", at: channel.localAddress)
            guard request.head.method == .get || request.head.method == .head else {
                throw Refusal.methodNotAllowed("GET, HEAD")
            }
            return try await probe(path)
        default:
            try gatekeeper.check(request.head, at: channel.localAddress)
            throw Refusal(.notFound, "nothing is here; the protocol is at /mcp")
        }
    }

    private func probe(_ path: Substring) async throws -> Answer {
        switch path {
        case "/healthz": return WholeAnswer.text("ok\n")
        case "/readyz":
            guard let reason = await probes.notReady() else { return WholeAnswer.text("ready\n") }
            return WholeAnswer.text("not ready: \(reason)\n", .serviceUnavailable)
        default:
            let samples: [MetricSample] = [
                .gauge("mcp_http_connections", "Open connections.", connections.count),
                .gauge("mcp_http_sessions", "Sessions of clients that began with initialize.", sessions.count),
                .gauge("mcp_http_streams", "Answers that are being written.", streams.count),
                .gauge("mcp_http_calls", "Calls that run.", calls.count),
            ]
            return WholeAnswer.text(metrics.text(samples + probes.samples()))
        }
    }

    func use(at time: NIODeadline = .now()) { lastUse.store(time.uptimeNanoseconds, ordering: .relaxed) }

    /// How long no client has asked for anything, run anything or listened. Health checks and metrics do not count.
    var idleTime: Duration {
        guard streams.count == 0, calls.count == 0 else { return .zero }
        let last = NIODeadline.uptimeNanoseconds(lastUse.load(ordering: .relaxed))
        return .nanoseconds(max(0, (NIODeadline.now() - last).nanoseconds))
    }

    func add(_ exchange: StatelessExchange) { subscriptions.withLock { $0[ObjectIdentifier(exchange)] = exchange } }

    func remove(_ exchange: StatelessExchange) {
        subscriptions.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(exchange)) }
    }

    /// Lets clients go that only listen, and calls finish for a while; then ends everything.
    func shutDown() async {
        for exchange in subscriptions.withLock({ Array($0.values) }) { exchange.endListening() }
        sessions.endListening()
        let deadline = ContinuousClock.now + limits.drain
        while streams.count > 0, ContinuousClock.now < deadline { try? await Task.sleep(for: .milliseconds(20)) }
        sessions.endAll()
        streams.endAll()
    }
}

/// What the owner of a server knows of its health.
public struct HTTPProbes: Sendable {
    /// Why requests cannot be answered well at this moment; nil if they can.
    let notReady: @Sendable () async -> String?
    /// What else `/metrics` is to tell.
    let samples: @Sendable () -> [MetricSample]

    public init(
        notReady: @escaping @Sendable () async -> String? = { nil },
        samples: @escaping @Sendable () -> [MetricSample] = { [] }
    ) {
        self.notReady = notReady
        self.samples = samples
    }
}
