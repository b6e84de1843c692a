package import JSON

/// A request of ours that waits for the client's answer.
struct Question: Sendable {
    /// The call that asked.
    let key: CallKey
    let name: String
    let request: InputRequest
}

extension ServerSession {
    /// Sends what a call asks its client, each as a request of ours; later, where the client is not ready for requests yet.
    ///
    /// - Returns: false, and nothing is written, where the call is no longer open.
    package mutating func ask(_ key: CallKey, _ requests: InputRequests, into out: inout JSONWriter) -> Bool {
        guard let call = calls[key], !call.revision.isStateless else { return false }
        if mayAsk { send(requests, of: key, call.revision, into: &out) } else { heldBack[key] = requests }
        return true
    }

    /// Sends what a call has asked before the client was ready, if that is still wanted.
    package mutating func askHeldBack(_ key: CallKey, into out: inout JSONWriter) {
        guard let requests = heldBack.removeValue(forKey: key), let call = calls[key] else { return }
        send(requests, of: key, call.revision, into: &out)
    }

    mutating func clientIsReady() -> SessionAction? {
        mayAsk = true
        return heldBack.isEmpty ? nil : .ask(heldBack.keys.sorted { $0.number < $1.number })
    }

    private mutating func send(
        _ requests: InputRequests, of key: CallKey, _ revision: ProtocolRevision, into out: inout JSONWriter
    ) {
        for (name, request) in requests.all {
            let id = RequestID.string("server-\(nextNumber())")
            questions[id] = Question(key: key, name: name, request: request)
            out.object { w in
                w.field("jsonrpc", "2.0")
                w.key("id")
                w.id(id)
                request.writeMembers(for: revision, to: &w)
            }
            out.endLine()
        }
    }

    /// Takes back what a call has asked and what has been answered of it, and tells the client that nobody waits any more.
    package mutating func withdrawQuestions(of key: CallKey, into out: inout JSONWriter) {
        heldBack[key] = nil
        calls[key]?.answers = [:]
        for id in questions.filter({ $0.value.key == key }).keys {
            questions[id] = nil
            out.notification("notifications/cancelled") { w in
                w.key("requestId")
                w.id(id)
                w.field("reason", "the answer took too long")
            }
        }
    }

    /// Takes the client's response to a request of ours; responses to anything else are ignored.
    mutating func takeAnswer(_ id: JSONValue?, _ result: JSONValue?) -> SessionAction? {
        guard let id = id.flatMap(RequestID.init), let question = questions.removeValue(forKey: id) else { return nil }
        let key = question.key
        guard let answer = result.flatMap({ InputAnswer($0, to: question.request) }) else {
            questions = questions.filter { $0.value.key != key }
            calls[key]?.answers = [:]
            return .refuse(key, .failed("The client gave no usable answer to \(question.request.method)."))
        }
        calls[key]?.answers[question.name] = answer
        guard !questions.contains(where: { $0.value.key == key }), let call = calls[key] else { return nil }
        calls[key]?.answers = [:]
        return .answer(key, call.answers)
    }
}
