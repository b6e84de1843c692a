internal import HTTPTypes

/// Whether a request says of its body, and of the answers that it takes, what the protocol wants it to say.
enum BodyForm {
    static func check(_ headers: RequestHeaders) throws(Refusal) {
        // What nearly all clients send.
        if headers[.contentType] == "application/json", headers[.accept] == "application/json, text/event-stream" {
            return
        }
        guard mediaTypes(headers[.contentType] ?? "").first == "application/json" else {
            throw Refusal(.unsupportedMediaType, "Content-Type must be application/json")
        }
        guard accepts("application/json", headers), accepts("text/event-stream", headers) else {
            throw Refusal(.notAcceptable, "Accept must list application/json and text/event-stream")
        }
    }

    /// Whether the client takes that kind of answer.
    static func accepts(_ type: String, _ headers: RequestHeaders) -> Bool {
        let family = type.prefix { $0 != "/" } + "/*"
        return headers[values: .accept].flatMap(mediaTypes).contains { $0 == type || $0 == "*/*" || $0 == family }
    }

    /// The types in a list, without their parameters.
    private static func mediaTypes(_ list: String) -> [String] {
        list.split(separator: ",").map { entry in
            entry.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }.lowercased()
        }
    }
}
