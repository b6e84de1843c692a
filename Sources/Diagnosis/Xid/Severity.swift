/// How bad a finding is, in the words that answers use.
package enum Severity: String, Sendable, Hashable, CaseIterable, Comparable {
    /// History or notice: nothing to do.
    case info
    /// A program failed, or something to watch: the GPU itself goes on.
    case warning
    /// A GPU or the node needs recovery before it can be trusted again.
    case critical

    private var rank: Int {
        switch self {
        case .info: 0
        case .warning: 1
        case .critical: 2
        }
    }

    package static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }
}
