/// One stream of a session: the answer to one POST, or what comes unasked (number 0).
///
/// It outlives the connection that carries it, so that a client which lost its connection can come back for the rest.
struct LegacyStream {
    let number: Int
    /// The connection that carries it now.
    private(set) var connection: ReplyStream?
    /// Since when no connection carries it; nil while one does.
    private(set) var lostConnection: ContinuousClock.Instant?
    /// Calls whose answers are still to come.
    var openCalls = 0
    /// Whether no event will follow.
    var isDone = false
    /// When its last event came, on the monotonic clock.
    var lastEvent = ContinuousClock.now
    private(set) var history: [OutgoingEvent] = []
    private(set) var historySize = 0
    /// The number of the next event; 0 is that of the one which opens the stream.
    private var nextNumber = 1
    /// The first event that no connection has carried yet.
    private var undelivered = 1
    /// Whether a connection has carried it, apart from the one that it began with.
    private var hasBeenOpened = false

    init(number: Int, connection: ReplyStream? = nil) {
        self.number = number
        self.connection = connection
    }

    /// The connection is gone; the client may come back over another one.
    mutating func loseConnection() {
        connection = nil
        lostConnection = .now
    }

    /// Numbers messages, keeps them, and sends them on.
    mutating func add(_ messages: [[UInt8]], ends: Bool, keeping limit: Int) {
        let events = messages.map { data in
            defer { nextNumber += 1 }
            return OutgoingEvent(id: EventID(stream: number, number: nextNumber), data: data)
        }
        history += events
        historySize += events.reduce(0) { $0 + $1.size }
        while historySize > limit, history.count > 1 { historySize -= history.removeFirst().size }
        lastEvent = .now
        isDone = isDone || ends
        guard let connection else { return }
        connection.push(events, ends: ends)
        undelivered = nextNumber
    }

    /// Whether an event of that number can have been told to the client; any other number is an invention.
    func hasGivenOut(_ number: Int) -> Bool { number < undelivered }

    /// Whether all that it keeps has been handed to a connection; else its client has to come back for the rest.
    var isHandedOut: Bool { undelivered == nextNumber }

    /// The event with nothing in it that opens the stream, before all that nobody has seen; each one has a number of its own.
    mutating func takeOpening() -> OutgoingEvent {
        let (stream, opening) = (number, hasBeenOpened ? undelivered : 0)
        if hasBeenOpened {
            // The numbers of what waits have been told to nobody yet, so that they can make room for it.
            history = history.map { event in
                guard let known = event.id, known.number >= opening else { return event }
                return OutgoingEvent(id: EventID(stream: stream, number: known.number + 1), data: event.data)
            }
            nextNumber += 1
            undelivered += 1
        }
        hasBeenOpened = true
        return OutgoingEvent(id: EventID(stream: stream, number: opening), data: [])
    }

    /// Goes on over another connection, after the event that the client saw last; nil: with what nobody has seen.
    mutating func resume(over connection: ReplyStream, after last: Int?) {
        self.connection?.end()
        self.connection = connection
        hasBeenOpened = true
        lostConnection = nil
        // Compared as it came: the client chose it, so that nothing may be added to it.
        let seen = last ?? undelivered - 1
        connection.push(history.filter { ($0.id?.number ?? 0) > seen }, ends: isDone)
        undelivered = nextNumber
    }
}
