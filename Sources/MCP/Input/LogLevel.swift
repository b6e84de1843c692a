package import JSON

/// How grave a message is, by syslog's names (RFC 5424).
public enum LogLevel: String, Sendable, CaseIterable, Comparable {
    case debug, info, notice, warning, error, critical, alert, emergency

    /// What a level may be called, for the error of who calls it otherwise.
    static let choices = "one of " + allCases.map(\.rawValue).joined(separator: ", ")

    public static func < (left: LogLevel, right: LogLevel) -> Bool {
        (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
    }
}

/// One message for the client's log.
package struct LogEntry: Sendable, Equatable {
    package let level: LogLevel
    package let data: JSONValue
    package let logger: String?
}
