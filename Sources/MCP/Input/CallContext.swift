public import JSON

/// Who calls, and what a handler can tell and ask while it works.
public struct CallContext: Sendable {
    /// Who asks.
    public let session: SessionInfo
    /// Whether anybody listens to ``progress(_:total:message:)``.
    public let wantsProgress: Bool
    let key: CallKey
    let port: (any CallPort)?
    /// What has been asked and answered before, in revisions whose requests stand alone.
    let past: CallHistory?

    init(
        session: SessionInfo, wantsProgress: Bool = false, key: CallKey = CallKey(number: 0),
        port: (any CallPort)? = nil, past: CallHistory? = nil
    ) {
        self.session = session
        self.wantsProgress = wantsProgress
        self.key = key
        self.port = port
        self.past = past
    }

    /// Tells the caller how far the work is. Values that do not increase are dropped.
    ///
    /// - Parameters:
    ///   - value: how much is done, in any unit.
    ///   - total: how much there is, in the same unit, if it is known.
    ///   - message: what is being done, for a person.
    public func progress(_ value: Double, total: Double? = nil, message: String? = nil) {
        guard wantsProgress else { return }
        port?.progress(key, ToolProgress(value: value, total: total, message: message))
    }

    /// Tells the client what happens, if it wants to hear messages of that level.
    public func log(_ level: LogLevel, _ data: JSONValue, logger: String? = nil) {
        port?.log(key, LogEntry(level: level, data: data, logger: logger))
    }

    /// Whether the client can be asked that kind of thing.
    public func canAsk(_ capability: ClientCapability) -> Bool {
        port != nil && session.revision >= capability.firstRevision && session.capabilities.includes(capability)
    }

    /// Lets the client's connection go while the work continues, where the client can come back for the answer: a legacy
    /// HTTP stream with event ids. Elsewhere it does nothing.
    public func releaseConnection() { port?.releaseConnection(key) }

    /// Asks the client something and returns its answer.
    ///
    /// In revisions with sessions the client is asked while the handler waits. In those whose requests stand alone the
    /// handler ends here by an error, which it must let pass; the client calls again with its answer, and the handler runs
    /// from its beginning and gets the answer here. So whatever it does before must bear repetition, or stand in a
    /// ``step(_:_:)``.
    ///
    /// - Parameter name: names the question within this call.
    public func ask(_ name: String, _ request: InputRequest) async throws(CallError) -> InputAnswer {
        guard let answer = try await ask(InputRequests([(name, request)]))[name] else { throw CallError.cancelled }
        return answer
    }

    /// Asks the client several things at once; see ``ask(_:_:)``.
    public func ask(_ requests: InputRequests) async throws(CallError) -> [String: InputAnswer] {
        let missing = Set(requests.all.map(\.request.capability)).filter { !canAsk($0) }
        if !missing.isEmpty {
            throw CallError.missingCapabilities(ClientCapability.allCases.filter(missing.contains))
        }
        if let past { return try past.answers(to: requests) }
        guard let port else { throw CallError.cancelled }
        return try await port.ask(key, requests)
    }

    /// Does something once, however often the handler runs: what `body` returned is kept for the time after a question.
    ///
    /// What is kept travels to the client and back, signed but readable.
    public func step(_ name: String, _ body: () async throws -> JSONValue) async throws -> JSONValue {
        if let kept = past?.kept(name) { return kept }
        let value = try await body()
        past?.keep(name, value)
        return value
    }
}

/// How a running call reaches the client it works for.
package protocol CallPort: AnyObject, Sendable {
    func progress(_ key: CallKey, _ step: ToolProgress)
    func log(_ key: CallKey, _ entry: LogEntry)
    /// Sends the requests on a connection with sessions, and waits for all answers.
    func ask(_ key: CallKey, _ requests: InputRequests) async throws(CallError) -> [String: InputAnswer]
    func releaseConnection(_ key: CallKey)
}

extension CallPort {
    package func releaseConnection(_ key: CallKey) {}
}
