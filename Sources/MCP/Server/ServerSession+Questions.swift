package import JSON

/// A request of ours that waits for the client's answer.
struct Question: Sendable {
    /// The call that asked.
    let key: CallKey
    let name: String
    let request: InputRequest
}

extension ServerSession {
    /// Sends what a call asks its client, each as a request of ours.
    ///
    /// - Returns: false, and nothing is written, where the call is no longer open.
    package mutating func ask(_ key: CallKey, _ requests: InputRequests, into out: inout JSONWriter) -> Bool {
        guard let call = calls[key], !call.revision.isStateless else { return false }
        for (name, request) in requests.all {
            let id = RequestID.string("server-\(nextNumber())")
            questions[id] = Question(key: key, name: name, request: request)
            out.object { w in
                w.field("jsonrpc", "2.0")
                w.key("id")
                w.id(id)
                request.writeMembers(for: call.revision, to: &w)
            }
            out.endLine()
        }
        return true
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
