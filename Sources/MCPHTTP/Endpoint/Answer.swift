internal import HTTPTypes
internal import MCP

/// What a request gets.
enum Answer {
    /// All of it is known at once.
    case whole(WholeAnswer)
    /// It may become a stream.
    case streamed(StreamedAnswer)
}

struct WholeAnswer {
    var status: HTTPResponse.Status
    var headers = HTTPFields()
    var contentType: String?
    var body: [UInt8] = []

    static func json(_ body: [UInt8], _ status: HTTPResponse.Status = .ok) -> Answer {
        .whole(WholeAnswer(status: status, contentType: "application/json", body: body))
    }

    static func text(_ text: String, _ status: HTTPResponse.Status = .ok) -> Answer {
        .whole(WholeAnswer(status: status, contentType: "text/plain; charset=utf-8", body: Array(text.utf8)))
    }

    static func empty(_ status: HTTPResponse.Status) -> Answer { .whole(WholeAnswer(status: status)) }
}

struct StreamedAnswer {
    let stream: ReplyStream
    /// Whether it is a stream even if it turns out to be one message.
    var isAlwaysStream = false
    /// The first event of the stream, if it becomes one.
    var opening: OutgoingEvent?
    var headers = HTTPFields()
    /// The status of an answer that turns out to be one message.
    var status: @Sendable () -> HTTPResponse.Status = { .ok }
    /// The answer was one message.
    var onWhole: @Sendable () -> Void = {}
    /// The client has gone before the end.
    let onGone: @Sendable () -> Void
}

extension Refusal {
    var answer: Answer {
        .whole(
            WholeAnswer(
                status: status, headers: headers, contentType: "text/plain; charset=utf-8",
                body: Array("\(message)\n".utf8)))
    }
}
