#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// How processes are to be ended.
package struct KillOrder: Sendable, Hashable {
    /// The signals that a process can be ended with.
    package enum Signal: String, Sendable, Hashable, CaseIterable {
        /// Asks it to end.
        case term = "TERM"
        /// Ends it without asking.
        case kill = "KILL"

        var number: Int32 { self == .term ? SIGTERM : SIGKILL }
    }

    package var signal: Signal
    /// How long it may take to end after TERM, 0 to 300.
    package var graceSeconds: Int
    /// Whether KILL follows for those that are still there then.
    package var thenKill: Bool

    /// How long the kernel may take to end a process after KILL: memory of GPUs is unmapped meanwhile.
    package static let secondsAfterKill = 10

    package init(signal: Signal, graceSeconds: Int, thenKill: Bool) {
        self.signal = signal
        self.graceSeconds = graceSeconds
        self.thenKill = thenKill
    }

    /// `TERM, and KILL after 30 s for what is still there`
    package var words: String {
        switch signal {
        case .kill: "KILL at once"
        case .term where thenKill: "TERM, and KILL after \(graceSeconds) s if it is still there"
        case .term: "TERM, and no KILL"
        }
    }
}
