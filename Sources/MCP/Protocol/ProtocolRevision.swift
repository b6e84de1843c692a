/// A dated edition of the Model Context Protocol.
public enum ProtocolRevision: String, CaseIterable, Sendable, Comparable {
    case november2024 = "2024-11-05"
    case march2025 = "2025-03-26"
    case june2025 = "2025-06-18"
    case november2025 = "2025-11-25"
    case july2026 = "2026-07-28"

    /// Whether each request stands alone and carries its own envelope, instead of a session that starts by `initialize`.
    public var isStateless: Bool { self >= .july2026 }

    /// The revision for a session whose client named none or one that we do not know.
    static let sessionDefault = ProtocolRevision.november2025

    /// All revisions, newest first.
    static let newestFirst = Array(allCases.reversed())

    // Dates in this form compare as text.
    public static func < (left: ProtocolRevision, right: ProtocolRevision) -> Bool { left.rawValue < right.rawValue }
}
