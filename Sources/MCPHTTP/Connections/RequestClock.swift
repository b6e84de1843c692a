internal import NIOCore

/// What a connection's client is about, and since when; decides which ones are too slow.
struct RequestClock {
    /// What to do about a client.
    enum Verdict: Equatable {
        case fine
        /// It has nothing to say, and can come back at any time.
        case idle
        /// It began a request and does not get it sent.
        case slowToSend
        /// It does not take what it is sent.
        case slowToRead
    }

    /// Requests that have begun and whose answers are not written yet.
    private(set) var open = 0
    /// Whether a request's bytes have begun to come and its end has not.
    private(set) var isReceiving = false
    private var since: NIODeadline
    private var unwritableSince: NIODeadline?

    init(now: NIODeadline) { since = now }

    /// Whether requests before the one that is coming in wait for their answers.
    var owesAnswers: Bool { open > (isReceiving ? 1 : 0) }

    /// Whether it can be sent a refusal: nothing else is on its way to it.
    var canBeRefused: Bool { !owesAnswers && unwritableSince == nil }

    mutating func bytesCame(_ now: NIODeadline) {
        guard open == 0, !isReceiving else { return }
        isReceiving = true
        since = now
    }

    /// Its body has as much time as its headers had.
    mutating func headCame(_ now: NIODeadline) {
        open += 1
        isReceiving = true
        since = now
    }

    mutating func requestEnded() { isReceiving = false }

    mutating func answerEnded(_ now: NIODeadline) {
        open -= 1
        if !isReceiving { since = now }
    }

    mutating func writability(_ isWritable: Bool, _ now: NIODeadline) {
        unwritableSince = isWritable ? nil : unwritableSince ?? now
    }

    /// Since when it has kept a place without a request that is being answered; nil if there is one.
    var waitingSince: NIODeadline? { open == 0 ? since : nil }

    func verdict(_ now: NIODeadline, readTime: TimeAmount, writeTime: TimeAmount) -> Verdict {
        if let unwritableSince, now - unwritableSince > writeTime { return .slowToRead }
        guard now - since > readTime else { return .fine }
        if isReceiving { return .slowToSend }
        return open == 0 ? .idle : .fine
    }
}
