internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPTypes
import Synchronization

/// Knows of one connection whether it is still there, and ends it when its client is too slow.
final class ConnectionWatch: ChannelDuplexHandler, RemovableChannelHandler, Sendable {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private struct State {
        var clock = RequestClock(now: .now())
        var isClosed = false
        /// Whether the client has been told that it is not served.
        var isRefused = false
        /// What the client is to be told once its earlier requests are answered; until then nothing more is read.
        var lastWords: LastWords?
        var onClose: (@Sendable () -> Void)?
        var checks: RepeatedTask?
    }

    private let table: ConnectionTable
    private let readTime: TimeAmount
    private let writeTime: TimeAmount
    private let headersTooLarge: LastWords
    private let state = Mutex(State())

    init(_ table: ConnectionTable, _ limits: HTTPLimits) {
        self.table = table
        readTime = TimeAmount(limits.readTime)
        writeTime = TimeAmount(limits.writeTime)
        headersTooLarge = .headersTooLarge(bytes: limits.headers, fields: limits.headerFields)
    }

    /// Calls the closure when the client is gone, at once if it is already; nil for nothing.
    func onClose(_ action: (@Sendable () -> Void)?) {
        let isClosed = state.withLock { state in
            state.onClose = action
            return state.isClosed
        }
        if isClosed { action?() }
    }

    /// Since when nothing is being answered on it; nil if something is.
    var waitingSince: NIODeadline? { state.withLock { $0.isRefused ? nil : $0.clock.waitingSince } }

    func handlerAdded(context: ChannelHandlerContext) {
        let pipeline = context.pipeline.syncOperations
        if let encoder = try? pipeline.handler(type: HTTPResponseEncoder.self) {
            try? pipeline.addHandler(RefusalGate(self), position: .before(encoder))
        }
        if let decoder = try? pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self) {
            try? pipeline.addHandler(OldClientHandler(), position: .after(decoder))
        }
        let channel = context.channel
        let isRefused = !table.add(self, for: channel)
        let period = TimeAmount.nanoseconds(max(1_000_000, min(readTime, writeTime).nanoseconds / 4))
        let checks = context.eventLoop.scheduleRepeatedTask(initialDelay: period, delay: period) { _ in
            self.check(channel)
        }
        state.withLock { state in
            state.isRefused = isRefused
            state.checks = checks
        }
    }

    func channelActive(context: ChannelHandlerContext) {
        if state.withLock({ $0.isRefused }) {
            context.channel.triggerUserOutboundEvent(LastWords.tooMany, promise: nil)
        }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        close(context.channel)
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // A client that will send no more has gone, or is about to: it does not wait for answers on this connection.
        if case ChannelEvent.inputClosed? = event as? ChannelEvent { close(context.channel) }
        context.fireUserInboundEventTriggered(event)
    }

    /// - Returns: whether anybody still wants to know what they say.
    func bytesCame() -> Bool {
        state.withLock { state in
            state.clock.bytesCame(.now())
            return !state.isRefused && state.lastWords == nil
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: state.withLock { $0.clock.headCame(.now()) }
        case .end: state.withLock { $0.clock.requestEnded() }
        case .body: break
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let isEnd = if case .end = unwrapOutboundIn(data) { true } else { false }
        context.write(data, promise: promise)
        guard isEnd else { return }
        let words = state.withLock { state in
            state.clock.answerEnded(.now())
            return state.clock.owesAnswers ? nil : state.lastWords
        }
        if let words { refuse(context.channel, words) }
    }

    /// The HTTP library would call any message that it cannot read a bad request.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard case .headerOverflow? = error as? HTTPParserError else { return context.fireErrorCaught(error) }
        let owesAnswers = state.withLock { state in
            state.lastWords = headersTooLarge
            return state.clock.owesAnswers
        }
        if !owesAnswers { refuse(context.channel, headersTooLarge) }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        let isWritable = context.channel.isWritable
        state.withLock { $0.clock.writability(isWritable, .now()) }
        context.fireChannelWritabilityChanged()
    }

    private func check(_ channel: any Channel) {
        let (verdict, canBeRefused) = state.withLock { state in
            (state.clock.verdict(.now(), readTime: readTime, writeTime: writeTime), state.clock.canBeRefused)
        }
        switch verdict {
        case .fine: break
        case .slowToSend where canBeRefused: refuse(channel, .tooSlow)
        case .slowToSend, .slowToRead, .idle: channel.close(promise: nil)
        }
    }

    private func refuse(_ channel: any Channel, _ words: LastWords) {
        let isFirst = state.withLock { state in
            defer { state.isRefused = true }
            return !state.isRefused
        }
        if isFirst { channel.triggerUserOutboundEvent(words, promise: nil) }
    }

    private func close(_ channel: any Channel) {
        table.remove(channel)
        let (action, checks) = state.withLock { state in
            defer { (state.onClose, state.checks) = (nil, nil) }
            state.isClosed = true
            return (state.onClose, state.checks)
        }
        checks?.cancel()
        action?()
    }
}
