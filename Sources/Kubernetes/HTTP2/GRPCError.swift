/// Why a call over gRPC gave no message.
package enum GRPCError: Error, Sendable, Hashable {
    /// The bytes are not what HTTP/2 (RFC 9113), HPACK (RFC 7541) or gRPC allow; what is wrong with them.
    case malformed(String)
    /// The server closed the connection before its answer was complete.
    case closed
    /// The server gave up the call (RST_STREAM) or the connection (GOAWAY), with HTTP/2's error code.
    case abandoned(code: UInt32)
    /// The answer is not one of gRPC: its HTTP status.
    case httpStatus(String)
    /// The service refused: gRPC's status code (never 0) and its own words, capped and without control characters.
    case status(code: UInt32, message: String)
    /// The answer is longer than this many bytes.
    case tooLarge(limit: Int)
}

extension GRPCError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed(let reason): "its answer is not valid HTTP/2 and gRPC: \(reason)"
        case .closed: "it closed the connection before its answer was complete"
        case .abandoned(let code): "it gave up the call (HTTP/2 error \(code))"
        case .httpStatus(let status): "it answered with HTTP status \(status)"
        case .status(let code, let message):
            "it refused with gRPC status \(code)\(Self.name(code).map { " \($0)" } ?? "")"
                + (message.isEmpty ? "" : ": \(message)")
        case .tooLarge(let limit): "its answer is longer than \(limit) bytes"
        }
    }

    /// The names of the status codes that a local server gives.
    private static func name(_ code: UInt32) -> String? {
        let names: [UInt32: String] = [
            1: "CANCELLED", 2: "UNKNOWN", 4: "DEADLINE_EXCEEDED", 7: "PERMISSION_DENIED", 8: "RESOURCE_EXHAUSTED",
            12: "UNIMPLEMENTED", 13: "INTERNAL", 14: "UNAVAILABLE", 16: "UNAUTHENTICATED",
        ]
        return names[code]
    }
}
