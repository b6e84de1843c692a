internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore

extension Endpoint {
    /// Writes the answer; returns the status that it went out with.
    ///
    /// - Parameter isHead: whether the request's method is HEAD, whose answers have no body but all of its headers.
    func write(
        _ answer: Answer, isHead: Bool, _ writer: consuming ResponseWriter, _ channel: any Channel
    ) async throws -> Int {
        switch answer {
        case .whole(let whole): return try await write(whole, isHead: isHead, writer)
        case .streamed(let answer):
            // Most answers are here already, and need none of what a stream needs.
            if !answer.isAlwaysStream, let event = answer.stream.single {
                answer.onWhole()
                return try await write(answer.whole(event), writer)
            }
            return try await writeStream(answer, writer, channel)
        }
    }

    private func write(
        _ whole: WholeAnswer, isHead: Bool = false, _ writer: consuming ResponseWriter
    ) async throws -> Int {
        var headers = whole.headers
        headers[.contentType] = whole.contentType
        headers[.contentLength] = String(whole.body.count)
        let head = HTTPResponse(status: whole.status, headerFields: headers)
        let body = isHead ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: whole.body))
        try await writer.write(response: head, body: body)
        return whole.status.code
    }

    private func writeStream(
        _ answer: StreamedAnswer, _ writer: consuming ResponseWriter, _ channel: any Channel
    ) async throws -> Int {
        let stream = answer.stream
        guard streams.add(stream) else {
            answer.onGone()
            return try await write(.busyStreams, writer)
        }
        defer {
            streams.remove(stream)
            use()
        }
        let goes: @Sendable () -> Void = {
            answer.onGone()
            stream.end()
        }
        let watch = connections[channel]
        // Without one the client has gone already: nobody would notice it again before something is written.
        if let watch { watch.onClose(goes) } else { goes() }
        defer { watch?.onClose(nil) }
        if !answer.isAlwaysStream {
            await stream.waitUntilReady()
            if let event = stream.single {
                answer.onWhole()
                return try await write(answer.whole(event), writer)
            }
        }
        do {
            try await writeEvents(answer, writer)
        } catch {
            answer.onGone()
            throw error
        }
        answer.onGone()
        return HTTPResponse.Status.ok.code
    }

    private func writeEvents(_ answer: StreamedAnswer, _ writer: consuming ResponseWriter) async throws {
        var headers = answer.headers
        headers[.contentType] = "text/event-stream"
        headers[.cacheControl] = "no-cache"
        headers[.accelBuffering] = "no"
        var body = try await writer.writeHead(HTTPResponse(status: .ok, headerFields: headers))
        if let opening = answer.opening { try await body.write(Self.buffer([opening])) }
        while true {
            switch await answer.stream.next() {
            case .send(let events): try await body.write(Self.buffer(events))
            case .keepAlive: try await body.write(ByteBuffer(staticString: ":\n\n"))
            case .release(let milliseconds): try await body.write(ByteBuffer(string: "retry: \(milliseconds)\n\n"))
            case .end: return try await body.finish(nil)
            }
        }
    }

    private static func buffer(_ events: [OutgoingEvent]) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(events.reduce(0) { $0 + $1.size })
        for event in events { event.write(to: &buffer) }
        return buffer
    }
}

extension StreamedAnswer {
    fileprivate func whole(_ event: OutgoingEvent) -> WholeAnswer {
        WholeAnswer(status: status(), headers: headers, contentType: "application/json", body: event.data)
    }
}

extension WholeAnswer {
    fileprivate static let busyStreams = WholeAnswer(
        status: .serviceUnavailable, headers: [.retryAfter: "1"], contentType: "text/plain; charset=utf-8",
        body: Array("too many streams are open at this moment\n".utf8))
}
