import Testing

@testable import Kubernetes

@Suite struct GRPCUnaryCallTests {
    private let settings = HTTP2Frame(.settings, [], []).bytes

    private func headers(_ headers: [(String, String)], end: Bool = false) -> [UInt8] {
        let flags: HTTP2Frame.Flags = end ? [.endHeaders, .endStream] : .endHeaders
        return HTTP2Frame(.headers, flags, stream: 1, HPACKEncoder.encode(headers.map { (name: $0.0, value: $0.1) }))
            .bytes
    }

    private var begin: [UInt8] { headers([(":status", "200"), ("content-type", "application/grpc")]) }
    private var end: [UInt8] { headers([("grpc-status", "0")], end: true) }

    private func data(_ bytes: [UInt8]) -> [UInt8] { HTTP2Frame(.data, [], stream: 1, bytes).bytes }

    private func message(_ text: String) -> [UInt8] { [0] + UInt32(text.utf8.count).bigEndianBytes + Array(text.utf8) }

    private func call(_ limit: Int = 1 << 20) -> GRPCUnaryCall {
        GRPCUnaryCall(path: "/v1.X/List", messageLimit: limit)
    }

    /// What a call that gets these bytes ends with.
    private func failure(_ bytes: [UInt8], limit: Int = 1 << 20) -> GRPCError? {
        var call = call(limit)
        do throws(GRPCError) {
            _ = try call.receive(bytes)
            return nil
        } catch {
            return error
        }
    }

    @Test func theRequest() throws {
        let opening = call().opening
        #expect(opening.starts(with: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8))
        var rest = opening[24...]
        var frames: [HTTP2Frame] = []
        while let frame = try HTTP2Frame(takingFrom: &rest) { frames.append(frame) }
        #expect(frames.map(\.kind) == [.settings, .headers, .data])
        var decoder = HPACKDecoder()
        let headers = try decoder.decode(frames[1].payload)
        #expect(headers.contains(HTTP2Header(name: ":path", value: "/v1.X/List")))
        #expect(headers.contains(HTTP2Header(name: "te", value: "trailers")))
        #expect(frames[2].payload == [0, 0, 0, 0, 0])
        #expect(frames[2].flags == .endStream)
    }

    @Test func oneByteAtATime() throws {
        var call = call()
        let answer = settings + begin + data(message("hello")) + end
        for byte in answer.dropLast() {
            _ = try call.receive([byte])
            #expect(call.message == nil)
        }
        _ = try call.receive([answer[answer.count - 1]])
        #expect(call.message == Array("hello".utf8))
    }

    @Test func settingsAndPingsAreAcknowledged() throws {
        var call = call()
        let ping = HTTP2Frame(.ping, [], [1, 2, 3, 4, 5, 6, 7, 8])
        let back = try call.receive(settings + ping.bytes + HTTP2Frame(.settings, .acknowledgement, []).bytes)
        var acknowledged = ping
        acknowledged.flags = .acknowledgement
        #expect(back == HTTP2Frame(.settings, .acknowledgement, []).bytes + acknowledged.bytes)
    }

    @Test func aServerThatOnlyPingsIsLeft() {
        let ping = HTTP2Frame(.ping, [], Array(repeating: 0, count: 8)).bytes
        func pings(_ count: Int) -> [UInt8] { Array(repeating: ping, count: count).flatMap { $0 } }
        #expect(failure(settings + pings(8_191)) == nil)
        #expect(failure(settings + pings(8_192)) == .malformed("more than 8192 frames"))
    }

    @Test func windowsAreGivenBackWithThePadding() throws {
        var call = call()
        let padded = HTTP2Frame(.data, .padded, stream: 1, [3] + message("hello") + [0, 0, 0]).bytes
        let back = try call.receive(settings + begin + padded)
        let increment: [UInt8] = [0, 0, 0, 14]
        #expect(
            back.suffix(26)
                == HTTP2Frame(.windowUpdate, [], increment).bytes
                + HTTP2Frame(.windowUpdate, [], stream: 1, increment).bytes)
        _ = try call.receive(end)
        #expect(call.message == Array("hello".utf8))
    }

    @Test func aMessageInManyFrames() throws {
        let text = String(repeating: "x", count: 100_000)
        var call = call()
        _ = try call.receive(settings + begin)
        var rest = message(text)[...]
        while !rest.isEmpty {
            _ = try call.receive(data(Array(rest.prefix(16_384))))
            rest = rest.dropFirst(16_384)
        }
        _ = try call.receive(end)
        #expect(call.message == Array(text.utf8))
    }

    @Test func headersInContinuationsWithPaddingAndPriority() throws {
        let block = HPACKEncoder.encode([(":status", "200"), ("x", String(repeating: "y", count: 100))])
        let parts = [
            HTTP2Frame(.headers, [.padded, .priority], stream: 1, [2, 0, 0, 0, 0, 1] + block.prefix(10) + [0, 0]).bytes,
            HTTP2Frame(.continuation, [], stream: 1, Array(block[10..<50])).bytes,
            HTTP2Frame(.continuation, .endHeaders, stream: 1, Array(block[50...])).bytes,
        ]
        var call = call()
        _ = try call.receive(settings + parts.flatMap { $0 } + data(message("a")) + end)
        #expect(call.message == [UInt8(ascii: "a")])
        let ping = HTTP2Frame(.ping, [], Array(repeating: 0, count: 8)).bytes
        #expect(failure(settings + parts[0] + ping) != nil)
        #expect(failure(settings + parts[1]) != nil)
    }

    @Test func refusals() {
        let denied = [(":status", "200"), ("grpc-status", "7"), ("grpc-message", "no %E2%9C%93 100%\u{1b}")]
        #expect(failure(settings + headers(denied, end: true)) == .status(code: 7, message: "no \u{2713} 100% "))
        #expect(
            failure(settings + begin + headers([("grpc-status", "12")], end: true)) == .status(code: 12, message: ""))
        #expect(failure(settings + headers([(":status", "404")], end: true)) == .httpStatus("404"))
        #expect(failure(settings + HTTP2Frame(.reset, [], stream: 1, [0, 0, 0, 11]).bytes) == .abandoned(code: 11))
        let goAway = HTTP2Frame(.goAway, [], [0, 0, 0, 0, 0, 0, 0, 2]).bytes
        #expect(failure(settings + goAway) == .abandoned(code: 2))
    }

    /// A server that stops still answers what it has begun.
    @Test func orderlyGoAway() throws {
        var call = call()
        let goAway = HTTP2Frame(.goAway, [], [0, 0, 0, 1, 0, 0, 0, 0]).bytes
        _ = try call.receive(settings + goAway + begin + data(message("a")) + end)
        #expect(call.message != nil)
    }

    @Test func tooLong() {
        #expect(failure(settings + begin + data(message("hello")), limit: 5) == nil)
        #expect(failure(settings + begin + data(message("hello!")), limit: 5) == .tooLarge(limit: 5))
    }

    @Test func whatIsNoGRPC() {
        let bad: [[UInt8]] = [
            Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), begin, settings + data(message("a")),
            settings + begin + data([1] + message("a").dropFirst()) + end, settings + begin + data([0, 0]) + end,
            settings + begin + data(message("a") + message("b")) + end, settings + begin + end,
            settings + begin + HTTP2Frame(.data, .endStream, stream: 1, message("a")).bytes,
            settings + begin + headers([("x", "y")], end: true), settings + [1, 0, 0, 0, 0, 0, 0, 0, 1],
            settings + HTTP2Frame(.pushPromise, .endHeaders, stream: 1, [0, 0, 0, 2]).bytes,
            HTTP2Frame(.settings, [], [1]).bytes, settings + HTTP2Frame(.ping, [], [1]).bytes,
            settings + begin + HTTP2Frame(.data, .padded, stream: 1, [9, 1]).bytes,
        ]
        for (index, bytes) in bad.enumerated() { #expect(failure(bytes) != nil, "case \(index)") }
    }

    @Test func unknownFramesAreIgnored() throws {
        var call = call()
        let unknown: [UInt8] = [0, 0, 2, 0x63, 0, 0, 0, 0, 0, 1, 2]
        _ = try call.receive(settings + unknown + HTTP2Frame(.windowUpdate, [], [0, 0, 1, 0]).bytes + begin)
        _ = try call.receive(unknown + data(message("a")) + unknown + end)
        #expect(call.message == [UInt8(ascii: "a")])
    }

    /// Whatever comes, the call ends with a message or an error: twenty thousand answers with some bytes changed.
    @Test func changedBytes() {
        let huffman: [UInt8] = [0x48, 0x82, 0x64, 0x02, 0x58, 0x85, 0xae, 0xc3, 0x77, 0x1a, 0x4b]
        let good =
            settings + begin + HTTP2Frame(.data, .padded, stream: 1, [3] + message("hello") + [0, 0, 0]).bytes
            + HTTP2Frame(.headers, .endHeaders, stream: 1, huffman).bytes + end
        var random = SystemRandomNumberGenerator()
        var refused = 0
        for _ in 0..<20_000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if failure(bytes) != nil { refused += 1 }
        }
        #expect(refused > 1_000)
    }
}
