internal import CUnix
internal import NIOCore
internal import NIOHTTPTypes
import Synchronization

/// Knows of one connection whether it is still there, and ends it when its client is too slow.
final class ConnectionWatch: ChannelInboundHandler, RemovableChannelHandler, Sendable {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart

    private struct State {
        var isClosed = false
        var onClose: (@Sendable () -> Void)?
        var bodyDeadline: Scheduled<Void>?
        var writeDeadline: Scheduled<Void>?
    }

    private let table: ConnectionTable
    private let readTime: TimeAmount
    private let writeTime: TimeAmount
    private let state = Mutex(State())

    init(_ table: ConnectionTable, _ limits: HTTPLimits) {
        self.table = table
        readTime = TimeAmount(limits.readTime)
        writeTime = TimeAmount(limits.writeTime)
    }

    /// Calls the closure when the client is gone, at once if it is already; nil for nothing.
    func onClose(_ action: (@Sendable () -> Void)?) {
        let isClosed = state.withLock { state in
            state.onClose = action
            return state.isClosed
        }
        if isClosed { action?() }
    }

    func handlerAdded(context: ChannelHandlerContext) { table.add(self, for: context.channel) }

    func channelInactive(context: ChannelHandlerContext) {
        close(context.channel)
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // A client that will send no more has gone, or is about to: it does not wait for answers on this connection.
        if case ChannelEvent.inputClosed? = event as? ChannelEvent { close(context.channel) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: setBodyDeadline(closing(context.channel, in: readTime))
        case .end: setBodyDeadline(nil)
        case .body: break
        }
        context.fireChannelRead(data)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        setWriteDeadline(context.channel.isWritable ? nil : closing(context.channel, in: writeTime))
        context.fireChannelWritabilityChanged()
    }

    private func closing(_ channel: any Channel, in time: TimeAmount) -> Scheduled<Void> {
        channel.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
    }

    private func setBodyDeadline(_ deadline: Scheduled<Void>?) {
        state.withLock { state in
            defer { state.bodyDeadline = deadline }
            return state.bodyDeadline
        }?.cancel()
    }

    private func setWriteDeadline(_ deadline: Scheduled<Void>?) {
        state.withLock { state in
            defer { state.writeDeadline = deadline }
            return state.writeDeadline
        }?.cancel()
    }

    private func close(_ channel: any Channel) {
        table.remove(channel)
        setBodyDeadline(nil)
        setWriteDeadline(nil)
        let action = state.withLock { state in
            defer { state.onClose = nil }
            state.isClosed = true
            return state.onClose
        }
        action?()
    }
}

/// All connections that are open.
final class ConnectionTable: Sendable {
    private struct State {
        var watches: [ObjectIdentifier: ConnectionWatch] = [:]
        /// The most that there have been since memory was given back.
        var peak = 0
    }

    private let state = Mutex(State())

    func add(_ watch: ConnectionWatch, for channel: any Channel) {
        state.withLock { state in
            state.watches[ObjectIdentifier(channel)] = watch
            state.peak = max(state.peak, state.watches.count)
        }
    }

    /// Where a crowd has left, what it needed is given back to the system a little later.
    func remove(_ channel: any Channel) {
        let hasCrowdLeft = state.withLock { state in
            guard state.watches.removeValue(forKey: ObjectIdentifier(channel)) != nil else { return false }
            guard state.peak >= 16, state.watches.count <= state.peak / 8 else { return false }
            state.peak = state.watches.count
            return true
        }
        if hasCrowdLeft { channel.eventLoop.scheduleTask(in: .milliseconds(500)) { csystem_release_memory() } }
    }

    subscript(channel: any Channel) -> ConnectionWatch? { state.withLock { $0.watches[ObjectIdentifier(channel)] } }

    var count: Int { state.withLock { $0.watches.count } }
}
