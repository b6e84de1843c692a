/// A process that is to be ended, by what cannot change while it lives.
package struct KillTarget: Sendable, Hashable {
    package var pid: Int32
    /// Clock ticks from boot.
    package var startTicks: UInt64
    package var name: String

    package init(pid: Int32, startTicks: UInt64, name: String) {
        self.pid = pid
        self.startTicks = startTicks
        self.name = name
    }
}

/// What became of one process.
package struct KillOutcome: Sendable, Hashable {
    package enum End: String, Sendable, Hashable {
        /// It ended after TERM.
        case ended
        /// It ended after KILL.
        case killed
        /// It had ended before a signal was sent.
        case alreadyGone = "already_gone"
        /// TERM was sent, and it is still there; KILL was not asked for.
        case stillRunning = "still_running"
        /// KILL was sent, and the kernel cannot end it: it sleeps in a driver.
        case stuck
        /// The signal could not be sent.
        case notSent = "not_sent"
    }

    package var target: KillTarget
    package var end: End
    /// Why no signal was sent.
    package var refusal: Refusal?

    package init(target: KillTarget, end: End, refusal: Refusal? = nil) {
        self.target = target
        self.end = end
        self.refusal = refusal
    }
}
