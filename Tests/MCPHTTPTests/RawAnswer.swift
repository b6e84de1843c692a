import Foundation
import JSON
import Testing

/// A request of which everything can be wrong.
struct RawRequest {
    var method = "POST"
    var headers = [
        "Host": "localhost", "Content-Type": "application/json", "Accept": "application/json, text/event-stream",
    ]
    /// Headers that are there twice, or are to stand in this form.
    var lines: [String] = []
    var body = ""

    /// A request that stands alone, with the headers that belong to it.
    static func stateless(
        _ method: String, _ params: String = "", id: String = "1", version: String = "2026-07-28"
    ) -> RawRequest {
        var request = RawRequest()
        request.headers["MCP-Protocol-Version"] = version
        request.headers["Mcp-Method"] = method
        let envelope =
            #"{"io.modelcontextprotocol/protocolVersion":"\#(version)","io.modelcontextprotocol/clientCapabilities":{}}"#
        let more = params.isEmpty ? "" : ",\(params)"
        request.body =
            #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":{"_meta":\#(envelope)\#(more)}}"#
        return request
    }

    /// A message of a client with a session.
    static func session(_ id: String?, _ body: String, version: String? = nil) -> RawRequest {
        var request = RawRequest()
        request.headers["Mcp-Session-Id"] = id
        request.headers["MCP-Protocol-Version"] = version
        request.body = body
        return request
    }

    var text: String {
        let headers = headers.map { "\($0.key): \($0.value)" } + lines + ["Content-Length: \(body.utf8.count)"]
        return "\(method) /mcp HTTP/1.1\r\n" + headers.joined(separator: "\r\n") + "\r\n\r\n" + body
    }
}

/// An answer that has come to its end.
struct RawAnswer {
    let status: Int
    private let head: String
    /// Without the sizes of its chunks.
    let body: String

    init(_ text: String) throws {
        let end = try #require(text.range(of: "\r\n\r\n"), "no answer: \(text)")
        head = String(text[..<end.lowerBound])
        status = try #require(Int(text.dropFirst("HTTP/1.1 ".count).prefix(3)))
        let rest = String(text[end.upperBound...])
        let isChunked = head.lowercased().contains("transfer-encoding: chunked")
        body =
            isChunked
            ? rest.components(separatedBy: "\r\n").enumerated().filter { $0.offset % 2 == 1 }.map(\.element).joined()
            : rest
    }

    func header(_ name: String) -> String? {
        head.components(separatedBy: "\r\n").first { $0.lowercased().hasPrefix(name.lowercased() + ":") }
            .map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
    }

    /// The code of the error that it is; nil for results and for what is no message.
    var code: Int64? { (try? JSONParser.parse(body))?["error"]?["code"]?.intValue }
}

extension RunningServer {
    /// Sends a request on a connection of its own.
    func ask(_ request: RawRequest) async throws -> RawAnswer {
        let client = try RawClient(self)
        var request = request
        request.lines.append("Connection: close")
        client.send(request.text)
        return try RawAnswer(try #require(await client.readToEnd(), "the answer does not end"))
    }

    /// Begins a session.
    func beginSession(_ version: String = "2025-11-25") async throws -> String {
        let answer = try await ask(
            .session(
                nil,
                #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"\#(version)","capabilities":{}}}"#
            ))
        return try #require(answer.header("Mcp-Session-Id"))
    }
}

extension RawClient {
    /// Reads until these words have come.
    func read(until words: String) async throws -> String {
        var text = ""
        while !text.contains(words) {
            let more = try #require(await read(), "\(words) does not come, but \(text)")
            try #require(!more.isEmpty, "\(words) does not come, but \(text)")
            text += more
        }
        return text
    }
}
