extension LegacySession.State {
    /// Adds messages to a stream. Where all streams together keep more than they may, those that are over make room: first the
    /// oldest ones that a connection has carried to their end, then those whose rest nobody has seen.
    mutating func add(_ messages: [[UInt8]], to number: Int, ends: Bool, _ limits: HTTPLimits) {
        let before = streams[number]?.historySize ?? 0
        streams[number]?.add(messages, ends: ends, keeping: number == 0 ? limits.history / 16 : limits.history)
        historySize += (streams[number]?.historySize ?? 0) - before
        if historySize > limits.history { makeRoom(besides: number, in: limits.history) }
    }

    /// Forgets a stream with all that is kept of it.
    mutating func forget(_ number: Int) {
        historySize -= streams.removeValue(forKey: number)?.historySize ?? 0
    }

    /// Down to three quarters at once, so that not every message has to look through all streams.
    private mutating func makeRoom(besides newest: Int, in limit: Int) {
        let isOver = { (stream: LegacyStream) in stream.isDone && stream.connection == nil && stream.number != newest }
        let over = streams.values.filter(isOver).sorted { $0.lastEvent < $1.lastEvent }
        for stream in over where stream.isHandedOut && historySize > limit / 4 * 3 { forget(stream.number) }
        guard historySize > limit else { return }
        for stream in over where !stream.isHandedOut && historySize > limit / 4 * 3 { forget(stream.number) }
    }
}
