internal import HTTPTypes

/// Whether a request says of its body, and of the answers that it takes, what the protocol wants it to say.
enum BodyForm {
    static func check(_ headers: RequestHeaders) throws(Refusal) {
        // What nearly all clients send.
        if headers[.contentType] == "application/json", headers[.accept] == "application/json, text/event-stream" {
            return
        }
        guard isJSON(headers[values: .contentType]) else {
            throw Refusal(.unsupportedMediaType, "Content-Type must be application/json")
        }
        guard accepts("application/json", headers), accepts("text/event-stream", headers) else {
            throw Refusal(.notAcceptable, "Accept must list application/json and text/event-stream")
        }
    }

    /// One type and no other, since readers differ in which of several they believe.
    private static func isJSON(_ types: [String]) -> Bool {
        guard types.count == 1, let type = types.first, !type.utf8.contains(UInt8(ascii: ",")) else { return false }
        return MediaRange(type[...]).type == "application/json"
    }

    /// Whether the client takes that kind of answer: the range that names it most closely decides.
    static func accepts(_ type: String, _ headers: RequestHeaders) -> Bool {
        let family = String(type.prefix { $0 != "/" }) + "/*"
        let ranges = headers[values: .accept].flatMap { $0.split(separator: ",").map(MediaRange.init) }
        for range in [type, family, "*/*"] {
            let named = ranges.filter { $0.type == range }
            if !named.isEmpty { return named.contains { $0.isWanted } }
        }
        return false
    }
}

/// A type, or all types of a kind, as a header names it.
private struct MediaRange {
    /// In lower case, without parameters.
    let type: String
    /// False where its weight is zero, which means not acceptable.
    let isWanted: Bool

    init(_ text: Substring) {
        let parts = text.split(separator: ";", omittingEmptySubsequences: false).map { part in
            String(part).withoutOuterSpace.lowercased()
        }
        type = parts.first ?? ""
        isWanted = !parts.dropFirst().contains { $0.hasPrefix("q=") && Double($0.dropFirst(2)) == 0 }
    }
}
