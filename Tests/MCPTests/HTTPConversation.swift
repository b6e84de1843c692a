import Foundation
import JSON
import Testing

@testable import MCP

/// A client that sends each message by a POST of its own, and collects what comes back on all streams that are open.
///
/// Unchecked: one task sends, the threads that read share only what `lock` guards.
final class HTTPConversation: @unchecked Sendable {
    /// Seconds after which something that does not come is given up; far above what any answer takes.
    private static let patience = 180.0

    private let port: Int
    private let lock = NSCondition()
    private var lines: [String] = []
    private var openStreams = 0
    private var session: String?
    private var revision: String?
    private var sessions: Set<String> = []
    /// Sockets of requests that stand alone and are not answered yet.
    private var listening: [RequestID: Int32] = [:]

    init(port: Int) { self.port = port }

    /// Sends one message; returns once its answer has begun to come, unless that is not to be waited for.
    func send(_ line: String, isHeld: Bool = false) async throws {
        let message = try? JSONParser.parse(line)
        if message?["method"] == "notifications/cancelled", abandon(message?["params"]?["requestId"]) { return }
        try await request("POST", headers(for: message), body: line, id: message?["id"], isHeld: isHeld)
        if message?["method"] == "initialize", beginsSession() { try await request("GET", legacyHeaders, body: "") }
    }

    /// Begins a session of which the exchange says nothing.
    func begin() async throws {
        try await send(
            #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{}}}"#
        )
        _ = await next()
    }

    /// The next message of the server; nil if none comes.
    func next() async -> String? {
        await onThread {
            self.lock.withLock {
                let deadline = Date(timeIntervalSinceNow: Self.patience)
                while self.lines.isEmpty { guard self.lock.wait(until: deadline) else { return nil } }
                return self.lines.removeFirst()
            }
        }
    }

    /// What has come and was not asked for, once the server has ended all streams.
    func rest() async -> [String] {
        await onThread {
            self.lock.withLock {
                let deadline = Date(timeIntervalSinceNow: Self.patience)
                while self.openStreams > 0 {
                    guard self.lock.wait(until: deadline) else { return ["a stream does not end"] }
                }
                return self.lines
            }
        }
    }

    /// Waits on a thread of its own: those of the test runner are the ones that the server's calls run on.
    private func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: body()) }
        }
    }

    /// Requests that stand alone are cancelled by closing their stream; false where none is open under that id.
    private func abandon(_ id: JSONValue?) -> Bool {
        lock.withLock {
            guard let id = id.flatMap(RequestID.init), let socket = listening.removeValue(forKey: id) else {
                return false
            }
            return shutdown(socket, Int32(SHUT_RDWR)) == 0
        }
    }

    /// Each session has one stream of what comes unasked.
    private func beginsSession() -> Bool { lock.withLock { session.map { sessions.insert($0).inserted } ?? false } }

    private var legacyHeaders: [String] {
        (session.map { ["Mcp-Session-Id: \($0)"] } ?? []) + (revision.map { ["MCP-Protocol-Version: \($0)"] } ?? [])
    }

    /// What clients repeat in headers, for proxies.
    private func headers(for message: JSONValue?) -> [String] {
        guard let version = message?["params"]?["_meta"]?[RequestEnvelope.versionKey] else { return legacyHeaders }
        var headers = ["Mcp-Method: \(message?["method"]?.stringValue ?? "")"]
        if let version = version.stringValue { headers.append("MCP-Protocol-Version: \(version)") }
        let name = message?["params"]?[message?["method"] == "resources/read" ? "uri" : "name"]?.stringValue
        if let name { headers.append("Mcp-Name: =?base64?\(Data(name.utf8).base64EncodedString())?=") }
        return headers
    }

    private func request(
        _ method: String, _ headers: [String], body: String, id: JSONValue? = nil, isHeld: Bool = false
    ) async throws {
        let socket = try connect()
        let all =
            ["Host: localhost", "Content-Type: application/json", "Accept: application/json, text/event-stream"]
            + ["Connection: close", "Content-Length: \(body.utf8.count)"] + headers
        let text = "\(method) /mcp HTTP/1.1\r\n" + all.joined(separator: "\r\n") + "\r\n\r\n" + body
        let bytes = Array(text.utf8)
        try #require(write(socket, bytes, bytes.count) == bytes.count)
        let begun = DispatchSemaphore(value: 0)
        lock.withLock {
            openStreams += 1
            if let id = id.flatMap(RequestID.init), headers.contains(where: { $0.hasPrefix("Mcp-Method:") }) {
                listening[id] = socket
            }
        }
        Thread.detachNewThread { self.read(socket, begun) }
        guard !isHeld else { return }
        try #require(await onThread { begun.wait(timeout: .now() + Self.patience) } == .success)
    }

    private func connect() throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(result == 0)
        return descriptor
    }

    private func read(_ socket: Int32, _ begun: DispatchSemaphore) {
        var response = HTTPResponseText()
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(socket, &chunk, chunk.count)
            guard count > 0 else { break }
            let hadHead = response.head != nil
            let messages = response.add(chunk.prefix(count))
            lock.withLock {
                session = response.header("mcp-session-id") ?? session
                for message in messages { note(message) }
                lines += messages
                lock.broadcast()
            }
            if !hadHead, response.head != nil { begun.signal() }
        }
        lock.withLock {
            listening = listening.filter { $0.value != socket }
            close(socket)
            openStreams -= 1
            lock.broadcast()
        }
        begun.signal()
    }

    private func note(_ message: String) {
        let result = (try? JSONParser.parse(message))?["result"]
        revision = result?["protocolVersion"]?.stringValue ?? revision
    }
}

/// A response as it comes in, in pieces.
struct HTTPResponseText {
    private(set) var head: String?
    private var raw: [UInt8] = []
    private var body: [UInt8] = []

    func header(_ name: String) -> String? {
        head?.split(separator: "\r\n").first { $0.lowercased().hasPrefix(name + ":") }
            .map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
    }

    /// Adds what has come; returns the messages that are whole by now.
    mutating func add(_ bytes: some Sequence<UInt8>) -> [String] {
        raw += bytes
        if head == nil {
            guard let end = raw.firstRange(of: Array("\r\n\r\n".utf8)) else { return [] }
            head = String(decoding: raw[..<end.lowerBound], as: UTF8.self)
            raw.removeSubrange(..<end.upperBound)
        }
        guard header("transfer-encoding") == "chunked" else { return takeWhole() }
        while let chunk = takeChunk() { body += chunk }
        return takeEvents()
    }

    private mutating func takeWhole() -> [String] {
        guard let size = header("content-length").flatMap({ Int($0) }), size > 0, raw.count >= size else { return [] }
        defer { raw = [] }
        return [String(decoding: raw, as: UTF8.self)]
    }

    private mutating func takeChunk() -> [UInt8]? {
        guard let line = raw.firstRange(of: Array("\r\n".utf8)),
            let size = Int(String(decoding: raw[..<line.lowerBound], as: UTF8.self), radix: 16), size > 0,
            raw.count >= line.upperBound + size + 2
        else { return nil }
        defer { raw.removeSubrange(..<(line.upperBound + size + 2)) }
        return Array(raw[line.upperBound..<line.upperBound + size])
    }

    private mutating func takeEvents() -> [String] {
        var messages: [String] = []
        while let end = body.firstRange(of: Array("\n\n".utf8)) {
            let event = String(decoding: body[..<end.lowerBound], as: UTF8.self)
            body.removeSubrange(..<end.upperBound)
            messages += event.split(separator: "\n").filter { $0.hasPrefix("data: ") }.map { String($0.dropFirst(6)) }
        }
        return messages.filter { !$0.isEmpty }
    }
}
