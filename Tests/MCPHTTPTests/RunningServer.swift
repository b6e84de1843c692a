import Foundation
import Logging
import MCP
import MCPHTTP
import ServiceLifecycle
import Testing

/// A server on a port of its own, for clients that do not behave.
struct RunningServer {
    let port: Int
    private let services: ServiceGroup
    private let running: Task<Void, any Error>

    init(_ server: MCPServer, _ limits: HTTPLimits, tokenFile: String? = nil) async throws {
        var configuration = HTTPConfiguration(port: 0)
        configuration.limits = limits
        configuration.tokenFile = tokenFile
        let (ports, listening) = AsyncStream<Int>.makeStream()
        let http = HTTPServer(server, configuration: configuration) { listening.yield($0) }
        let services = ServiceGroup(
            services: [http], logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() })
        self.services = services
        running = Task { try await services.run() }
        port = try #require(await ports.first { _ in true })
    }

    func end() async throws {
        await services.triggerGracefulShutdown()
        try await running.value
    }

    /// Serves for as long as `body` runs.
    static func serving(
        _ limits: HTTPLimits, _ tools: [Tool] = [], tokenFile: String? = nil,
        _ body: (RunningServer) async throws -> Void
    ) async throws {
        let features = ServerFeatures(resourceUpdates: true, listChanges: true)
        let server = MCPServer(info: ServerInfo(name: "s", version: "1"), tools: tools, features: features)
        let running = try await RunningServer(server, limits, tokenFile: tokenFile)
        do { try await body(running) } catch {
            try await running.end()
            throw error
        }
        try await running.end()
    }
}

/// A connection, byte by byte.
final class RawClient: Sendable {
    /// Seconds after which something that does not come is given up; far above what any answer takes.
    private static let patience = 180

    let descriptor: Int32

    /// - Parameter room: bytes that the kernel keeps for a client that does not read.
    init(_ server: RunningServer, room: Int32? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        if var room { setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &room, socklen_t(MemoryLayout<Int32>.size)) }
        var patience = timeval(tv_sec: Self.patience, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(server.port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(result == 0)
    }

    deinit { close(descriptor) }

    /// False where the server does not take it any more.
    @discardableResult
    func send(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    func post(_ body: String, _ headers: String = "") {
        send(
            "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: */*\r\n\(headers)"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    func ping() { post(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#) }

    /// A call of a tool that stands alone.
    func call(_ tool: String) {
        let envelope =
            #"{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#
        post(
            #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"\#(tool)","_meta":\#(envelope)}}"#,
            "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: \(tool)\r\n")
    }

    /// What comes next; empty at the end, nil where nothing comes for long.
    ///
    /// It waits on a thread of its own: those of the test runner are the ones that the server's calls run on.
    func read() async -> String? {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: self.readNow()) }
        }
    }

    private func readNow() -> String? {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = Glibc.read(descriptor, &chunk, chunk.count)
        if count < 0 { return errno == EAGAIN ? nil : "" }
        return String(decoding: chunk.prefix(count), as: UTF8.self)
    }

    /// Everything up to the end; nil where it does not come.
    func readToEnd() async -> String? {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: self.readToEndNow()) }
        }
    }

    private func readToEndNow() -> String? {
        // A stream that says again and again that it lives is no end either.
        let deadline = ContinuousClock.now + .seconds(Self.patience)
        var text = ""
        while ContinuousClock.now < deadline, let more = readNow() {
            if more.isEmpty { return text }
            text += more
        }
        return nil
    }
}
