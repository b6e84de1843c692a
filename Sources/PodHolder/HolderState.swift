/// When a pod that is only held open has done its work: pure bookkeeping, without clocks or processes.
///
/// Two things are counted, because neither is enough alone. Sessions that come and go in good order say so, which allows
/// the pod to close at the very moment the last one leaves. Sessions that are killed say nothing; they are noticed by the
/// absence of processes for a while.
package struct HolderState: Sendable {
    /// How long the pod stays open with no session in it.
    package let grace: Duration
    /// Sessions that were announced and have not taken their leave: whoever made the pod counts as announced.
    package private(set) var awaited = 1
    /// Actions that are in progress and must not be broken off; their sessions may have taken their leave before.
    package private(set) var busy = 0
    private var lastPresence: Duration

    /// A pod that opens at `now`, a time on any steady clock.
    package init(grace: Duration, openedAt now: Duration) {
        self.grace = grace
        lastPresence = now
    }

    /// Takes note of how many processes of sessions exist at this moment.
    package mutating func observed(sessions: Int, at now: Duration) {
        if sessions > 0 { lastPresence = now }
    }

    /// A further session is about to begin: the pod must not close before it had time to.
    package mutating func entered(at now: Duration) {
        awaited += 1
        lastPresence = now
    }

    /// A session has ended in good order.
    ///
    /// - Returns: true if nobody else is expected, so that the pod closes now and takes nobody in any more.
    package mutating func left() -> Bool {
        awaited -= 1
        return isEmpty
    }

    /// A session begins something that must not be broken off.
    package mutating func began() { busy += 1 }

    /// That has come to its end.
    ///
    /// - Returns: true if it was all that the pod stayed open for.
    package mutating func ended() -> Bool {
        busy = max(0, busy - 1)
        return isEmpty
    }

    private var isEmpty: Bool { awaited <= 0 && busy == 0 }

    /// True once no session has been seen for the whole of ``grace``.
    package func isAbandoned(at now: Duration) -> Bool { now - lastPresence >= grace }

    /// How often to look for sessions: often enough to add little to the grace, seldom enough to cost nothing.
    package var interval: Duration { min(max(grace / 8, .milliseconds(100)), .seconds(2)) }
}
