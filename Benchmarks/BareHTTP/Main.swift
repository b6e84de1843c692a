internal import HTTPTypes
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import ServiceLifecycle

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// What the agent's answers over HTTP are measured beside: a handler that reads the request and answers the bytes of a file.
@main
enum BareHTTP {
    static func main() async throws {
        let body = ByteBuffer(bytes: try readFile(CommandLine.arguments[1]))
        let headers: HTTPFields = [
            .contentType: "application/json", .contentLength: String(body.readableBytes),
        ]
        let server = try HTTPServerBuilder.http1().buildServer(
            configuration: ServerConfiguration(address: .hostname("127.0.0.1", port: 0)),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "bare") { _ in SwiftLogNoOpLogHandler() },
            responder: { request, writer, _ in
                _ = try await request.body.collect(upTo: 1 << 20)
                let head = HTTPResponse(status: .ok, headerFields: headers)
                try await writer.write(response: head, body: ResponseBody(byteBuffer: body))
            },
            onServerRunning: { channel in
                print("http://127.0.0.1:\(channel.localAddress?.port ?? 0)/mcp")
                fflush(nil)
            })
        try await server.run()
    }

    private static func readFile(_ path: String) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { throw Errno(code: errno) }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = read(descriptor, &bytes, bytes.count)
        return Array(bytes.prefix(max(0, count)))
    }

    private struct Errno: Error { let code: Int32 }
}
