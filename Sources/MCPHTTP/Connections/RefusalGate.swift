internal import NIOCore

/// The last words to a client that is not served any further, outside of what requests and answers are about.
struct LastWords: Sendable {
    private let status: String
    private let text: String

    static let tooSlow = LastWords(
        status: "408 Request Timeout", text: "the request took too long to be received\n")
    static func headersTooLarge(bytes: Int, fields: Int) -> LastWords {
        LastWords(
            status: "431 Request Header Fields Too Large",
            text: "the request line and the headers may have \(bytes) bytes in all, in \(fields) fields\n")
    }
    static let tooMany = LastWords(
        status: "503 Service Unavailable\r\nRetry-After: 1", text: "too many connections are open at this moment\n")

    var bytes: ByteBuffer {
        ByteBuffer(
            string: "HTTP/1.1 \(status)\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n"
                + "Content-Length: \(text.utf8.count)\r\n\r\n\(text)")
    }
}

/// Stands between the connection and everything that understands HTTP: tells when bytes come, and has the last words.
final class RefusalGate: ChannelDuplexHandler, Sendable {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let watch: ConnectionWatch

    init(_ watch: ConnectionWatch) { self.watch = watch }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard watch.bytesCame() else { return }
        context.fireChannelRead(data)
    }

    func triggerUserOutboundEvent(
        context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?
    ) {
        guard let words = event as? LastWords else {
            return context.triggerUserOutboundEvent(event, promise: promise)
        }
        context.writeAndFlush(wrapOutboundOut(words.bytes), promise: nil)
        // Closing at once would make the kernel drop the words where the client has sent what nobody read.
        context.close(mode: .output, promise: nil)
        let channel = context.channel
        context.eventLoop.scheduleTask(in: .seconds(1)) { channel.close(promise: nil) }
        promise?.succeed()
    }
}
