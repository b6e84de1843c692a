import JSON

/// The replies to a batch, which go out together.
struct Batch: Sendable {
    /// Requests that are not settled yet, and one more while the batch is still being read.
    var open = 1
    var replies: [[UInt8]] = []
}

extension ServerSession {
    /// How many messages one batch may have: two bytes that are no message get more than a hundred in reply.
    private static var longestBatch: Int { 1_000 }

    /// Batches exist in one revision only.
    mutating func receiveBatch(_ messages: [JSONValue], into out: inout JSONWriter) -> [SessionAction] {
        guard handshake?.revision == .march2025 else {
            refuse(.invalidRequest("batches exist only in revision 2025-03-26"), id: nil, .line, into: &out)
            return []
        }
        guard !messages.isEmpty else {
            refuse(.invalidRequest("the batch is empty"), id: nil, .line, into: &out)
            return []
        }
        guard messages.count <= Self.longestBatch else {
            let why = "the batch has \(messages.count) messages; at most \(Self.longestBatch) are allowed"
            refuse(.invalidRequest(why), id: nil, .line, into: &out)
            return []
        }
        let number = nextNumber()
        batches[number] = Batch()
        let actions = messages.compactMap { value in
            let message = IncomingMessage(value)
            if message.isAnswered { batches[number]?.open += 1 }
            return handle(message, .batch(number), into: &out)
        }
        settle(number, into: &out)
        return actions
    }

    /// Counts one request of the batch as settled; the last one sends the replies, if there are any.
    ///
    /// - Returns: whether the replies have been written.
    @discardableResult
    mutating func settle(_ number: UInt64, into out: inout JSONWriter) -> Bool {
        batches[number]?.open -= 1
        guard let batch = batches[number], batch.open == 0 else { return false }
        batches[number] = nil
        guard !batch.replies.isEmpty else { return false }
        out.array { w in for reply in batch.replies { w.raw(reply) } }
        out.endLine()
        return true
    }
}

extension IncomingMessage {
    /// Whether a reply will carry this message's id.
    fileprivate var isAnswered: Bool {
        switch self {
        case .request, .invalid(.some, _): true
        case .notification, .response, .invalid(nil, _): false
        }
    }
}
