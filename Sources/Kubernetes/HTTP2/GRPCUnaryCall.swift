/// One gRPC call with one message each way, alone on its HTTP/2 connection, without any I/O.
///
/// What it is for: a local unix socket, a request that is sent once, an answer of bounded length. Everything that a
/// server may send is understood or refused; nothing is kept for a second call.
struct GRPCUnaryCall {
    private static let stream: UInt32 = 1
    /// The largest answer comes in some hundreds of frames.
    private static let frameLimit = 8_192

    private let messageLimit: Int
    private var buffer: [UInt8] = []
    private var decoder = HPACKDecoder()
    /// A header block that goes on in CONTINUATION frames.
    private var openBlock: (bytes: [UInt8], endsStream: Bool)?
    private var frameCount = 0
    private var hasSettings = false
    private var hasHeaders = false
    private var body: [UInt8] = []
    /// The answer's message; nil until everything of it has come.
    private(set) var message: [UInt8]?

    /// What is to be sent first: the whole request.
    let opening: [UInt8]

    /// - Parameters:
    ///   - path: service and method, `/v1.PodResourcesLister/List`.
    ///   - request: the encoded message.
    ///   - messageLimit: the longest answer, bytes.
    init(path: String, request: [UInt8] = [], messageLimit: Int) {
        self.messageLimit = messageLimit
        let headers = HPACKEncoder.encode([
            (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "localhost"),
            ("content-type", "application/grpc"), ("te", "trailers"),
        ])
        // No server push (2 = 0) and no header table that we would have to keep (1 = 0).
        let settings: [UInt8] = [0, 2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]
        opening =
            Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + HTTP2Frame(.settings, [], settings).bytes
            + HTTP2Frame(.headers, .endHeaders, stream: Self.stream, headers).bytes
            + HTTP2Frame(.data, .endStream, stream: Self.stream, [0] + UInt32(request.count).bigEndianBytes + request)
            .bytes
    }

    /// Takes what the server sent, and returns what has to be sent back.
    ///
    /// - Throws: ``GRPCError``, after which the call is over.
    mutating func receive(_ bytes: [UInt8]) throws(GRPCError) -> [UInt8] {
        buffer += bytes
        var rest = buffer[...]
        var answer: [UInt8] = []
        while message == nil, let frame = try HTTP2Frame(takingFrom: &rest) {
            frameCount += 1
            guard frameCount <= Self.frameLimit else { throw .malformed("more than \(Self.frameLimit) frames") }
            answer += try handle(frame)
        }
        buffer = Array(rest)
        return answer
    }

    private mutating func handle(_ frame: HTTP2Frame) throws(GRPCError) -> [UInt8] {
        guard hasSettings || frame.kind == .settings else { throw .malformed("no SETTINGS at its beginning") }
        guard (openBlock == nil) == (frame.kind != .continuation) else {
            throw .malformed("a header block that is interrupted or not begun")
        }
        switch frame.kind {
        case .settings: return try handleSettings(frame)
        case .ping: return try handlePing(frame)
        case .goAway: try handleGoAway(frame)
        case .reset where frame.stream == Self.stream: throw .abandoned(code: UInt32(bigEndian: frame.payload))
        case .pushPromise: throw .malformed("a push that was not allowed")
        case .headers, .continuation: try handleHeaders(frame)
        case .data: return try handleData(frame)
        case .priority, .reset, .windowUpdate, nil: break
        }
        return []
    }
}

// MARK: The connection

extension GRPCUnaryCall {
    private mutating func handleSettings(_ frame: HTTP2Frame) throws(GRPCError) -> [UInt8] {
        guard frame.stream == 0, frame.payload.count % 6 == 0 else { throw .malformed("bad SETTINGS") }
        if frame.flags.contains(.acknowledgement) { return [] }
        hasSettings = true
        return HTTP2Frame(.settings, .acknowledgement, []).bytes
    }

    private func handlePing(_ frame: HTTP2Frame) throws(GRPCError) -> [UInt8] {
        guard frame.payload.count == 8 else { throw .malformed("a PING of \(frame.payload.count) bytes") }
        return frame.flags.contains(.acknowledgement)
            ? [] : HTTP2Frame(.ping, .acknowledgement, frame.payload).bytes
    }

    /// A server that shuts down orderly still answers what it names.
    private func handleGoAway(_ frame: HTTP2Frame) throws(GRPCError) {
        guard frame.payload.count >= 8 else { throw .malformed("a GOAWAY of \(frame.payload.count) bytes") }
        let last = UInt32(bigEndian: frame.payload) & 0x7fff_ffff
        let code = UInt32(bigEndian: frame.payload[4...])
        guard code == 0, last >= Self.stream else { throw .abandoned(code: code) }
    }
}

// MARK: The answer

extension GRPCUnaryCall {
    private mutating func handleHeaders(_ frame: HTTP2Frame) throws(GRPCError) {
        guard frame.stream == Self.stream else { throw .malformed("headers of another stream") }
        var block = openBlock ?? ([], frame.flags.contains(.endStream))
        block.bytes += try frame.kind == .headers ? frame.content() : frame.payload[...]
        guard block.bytes.count <= HPACKDecoder.limit else {
            throw .malformed("more than \(HPACKDecoder.limit) bytes of headers")
        }
        openBlock = block
        guard frame.flags.contains(.endHeaders) else { return }
        openBlock = nil
        let headers = try decoder.decode(block.bytes)
        if !hasHeaders {
            let status = headers.first { $0.name == ":status" }?.value ?? "missing"
            guard status == "200" else { throw .httpStatus(Self.clean(status, limit: 16)) }
            hasHeaders = true
        }
        if block.endsStream { try finish(headers) }
    }

    private mutating func handleData(_ frame: HTTP2Frame) throws(GRPCError) -> [UInt8] {
        guard frame.stream == Self.stream, hasHeaders else { throw .malformed("data before headers") }
        body += try frame.content()
        guard body.count <= messageLimit + 5 else { throw .tooLarge(limit: messageLimit) }
        guard !frame.flags.contains(.endStream) else { throw .malformed("no gRPC status at its end") }
        guard !frame.payload.isEmpty else { return [] }
        // Padding counts as well. The windows are given back at once: the limit above is what bounds an answer.
        let increment = UInt32(frame.payload.count).bigEndianBytes
        return HTTP2Frame(.windowUpdate, [], increment).bytes
            + HTTP2Frame(.windowUpdate, [], stream: Self.stream, increment).bytes
    }

    private mutating func finish(_ trailers: [HTTP2Header]) throws(GRPCError) {
        guard let status = trailers.first(where: { $0.name == "grpc-status" }).flatMap({ UInt32($0.value) }) else {
            throw .malformed("no gRPC status at its end")
        }
        guard status == 0 else {
            let message = trailers.first { $0.name == "grpc-message" }?.value ?? ""
            throw .status(code: status, message: Self.clean(Self.percentDecoded(message), limit: 256))
        }
        guard body.count >= 5 else { throw .malformed("no message") }
        guard body[0] == 0 else { throw .malformed("a compressed message, which was not asked for") }
        guard Int(UInt32(bigEndian: body[1...])) == body.count - 5 else {
            throw .malformed("a message of another length than it says, or more than one")
        }
        message = Array(body[5...])
    }

    /// gRPC percent-encodes what is not printable ASCII; what is not well encoded stays as it is.
    private static func percentDecoded(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var decoded: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let digits = bytes[index...].dropFirst().prefix(2)
            if bytes[index] == UInt8(ascii: "%"), digits.count == 2,
                let byte = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            {
                decoded.append(byte)
                index += 3
            } else {
                decoded.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    private static func clean(_ text: String, limit: Int) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.prefix(limit).map { $0.value < 0x20 || $0.value == 0x7f ? " " : $0 }))
    }
}
