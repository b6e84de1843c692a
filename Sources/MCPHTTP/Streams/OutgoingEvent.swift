internal import NIOCore

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// One event of a stream: a message, or an empty one that only carries an id.
struct OutgoingEvent: Sendable, Equatable {
    /// Names the event for a client that comes back; nil where streams cannot be resumed.
    var id: EventID?
    /// One JSON message, or nothing.
    let data: [UInt8]

    var size: Int { data.count + 64 }

    func write(to buffer: inout ByteBuffer) {
        buffer.writeStaticString("event: message\n")
        if let id { buffer.writeString("id: \(id.text)\n") }
        buffer.writeStaticString("data: ")
        buffer.writeBytes(data)
        buffer.writeStaticString("\n\n")
    }
}

/// Where an event stands in a session: in which of its streams, and the how-manieth there.
struct EventID: Sendable, Hashable {
    let stream: Int
    let number: Int

    init(stream: Int, number: Int) {
        self.stream = stream
        self.number = number
    }

    /// Nil for what we never gave out.
    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let stream = parts[0], let number = parts[1], stream >= 0, number >= 0 else {
            return nil
        }
        self.init(stream: stream, number: number)
    }

    var text: String { "\(stream)-\(number)" }
}

/// The messages that a session has written, one on each line.
func lines(_ text: UnsafeBufferPointer<UInt8>) -> [[UInt8]] {
    guard let start = text.baseAddress else { return [] }
    var messages: [[UInt8]] = []
    var begin = 0
    while begin < text.count {
        let end = memchr(start + begin, 0x0A, text.count - begin).map { UnsafeRawPointer($0) - UnsafeRawPointer(start) }
        let message = text[begin..<(end ?? text.count)]
        if !message.isEmpty { messages.append(Array(message)) }
        begin = (end ?? text.count) + 1
    }
    return messages
}
