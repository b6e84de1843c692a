import JSON

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

extension ServerSession {
    mutating func reply(
        to request: SessionRequest, into out: inout JSONWriter, _ members: (inout JSONWriter) -> Void
    ) {
        reply(to: request.id, request.revision, request.destination, into: &out, members)
    }

    /// Writes a result with these members, and those that the revision wants in every result.
    mutating func reply(
        to id: RequestID, _ revision: ProtocolRevision, _ destination: ReplyDestination, type: String = "complete",
        subscription: RequestID? = nil, into out: inout JSONWriter, _ members: (inout JSONWriter) -> Void
    ) {
        let meta = revision.isStateless ? subscription.map(server.statelessMeta(tagged:)) ?? server.statelessMeta : nil
        send(destination, into: &out) { w in
            w.object { w in
                w.field("jsonrpc", "2.0")
                w.key("id")
                w.id(id)
                w.object("result") { w in
                    members(&w)
                    guard let meta else { return }
                    w.field("resultType", type)
                    w.field("_meta", raw: meta)
                }
            }
        }
        if case .batch(let number) = destination { settle(number, into: &out) }
    }

    /// Writes an error reply; with an id it is the answer to a request.
    mutating func refuse(
        _ error: ProtocolError, id: RequestID?, _ destination: ReplyDestination, into out: inout JSONWriter
    ) {
        lastRefusal = error.code
        // The schemas since November 2025 want an unreadable id left out, JSON-RPC itself wants null.
        let nullWithoutID = lastRevision.map { $0 <= .june2025 } ?? true
        send(destination, into: &out) { $0.errorReply(error, id: id, nullWithoutID: nullWithoutID) }
        if id != nil, case .batch(let number) = destination { settle(number, into: &out) }
    }

    private mutating func send(
        _ destination: ReplyDestination, into out: inout JSONWriter, _ reply: (inout JSONWriter) -> Void
    ) {
        switch destination {
        case .line:
            reply(&out)
            out.endLine()
        case .batch(let number):
            var writer = JSONWriter()
            reply(&writer)
            batches[number]?.replies.append(writer.finish())
        }
    }
}

extension ToolResult {
    /// The members of a `tools/call` result in that revision.
    func write(for revision: ProtocolRevision, to writer: inout JSONWriter) {
        switch body {
        case .structured(let json, let text):
            writer.content { w in
                if let text {
                    w.string(text)
                } else if let encodedText {
                    w.raw(encodedText)
                } else {
                    w.string(utf8: json)
                }
            }
            // Clients hold this against the tool's output schema and may hand it to the model alone. A failure is text only.
            if revision >= .june2025, !isError { writer.field("structuredContent", raw: onOneLine(json)) }
        case .text(let text):
            writer.content { $0.string(text) }
        case .failure(let message):
            writer.content { $0.string(message) }
        case .content(let blocks, let json):
            writer.array("content") { w in for block in blocks { block.write(for: revision, to: &w) } }
            if revision >= .june2025, let json { writer.field("structuredContent", raw: onOneLine(json)) }
        }
        if isError { writer.field("isError", true) }
    }

    /// The same JSON without line breaks, which may only stand between its tokens and would end the message.
    private func onOneLine(_ json: [UInt8]) -> [UInt8] {
        let breaks = json.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return false }
            return memchr(start, 0x0A, bytes.count) != nil || memchr(start, 0x0D, bytes.count) != nil
        }
        guard breaks else { return json }
        return json.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 }
    }
}

extension JSONWriter {
    /// One text block.
    fileprivate mutating func content(_ text: (inout JSONWriter) -> Void) {
        array("content") { w in
            w.object { w in
                w.field("type", "text")
                w.key("text")
                text(&w)
            }
        }
    }
}
