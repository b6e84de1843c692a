internal import HTTPTypes

/// An answer to a request that never reaches the protocol.
struct Refusal: Error, Equatable {
    let status: HTTPResponse.Status
    let message: String
    var headers = HTTPFields()

    init(_ status: HTTPResponse.Status, _ message: String, headers: HTTPFields = HTTPFields()) {
        self.status = status
        self.message = message
        self.headers = headers
    }

    static func busy(_ message: String) -> Refusal {
        Refusal(.serviceUnavailable, message, headers: [.retryAfter: "1"])
    }

    static func methodNotAllowed(_ allowed: String) -> Refusal {
        Refusal(.methodNotAllowed, "allowed here: \(allowed)", headers: [.allow: allowed])
    }
}
