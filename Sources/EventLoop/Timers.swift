#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A point on the monotonic clock, in nanoseconds since an arbitrary start.
public struct MonotonicTime: Sendable, Comparable {
    /// Nanoseconds since the clock's start.
    public let nanoseconds: UInt64

    /// This moment.
    public static var now: MonotonicTime {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicTime(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
    }

    /// `time` moved by `duration`; never before the clock's start.
    public static func + (time: MonotonicTime, duration: Duration) -> MonotonicTime {
        let (seconds, attoseconds) = duration.components
        let moved = Int64(time.nanoseconds) + seconds * 1_000_000_000 + attoseconds / 1_000_000_000
        return MonotonicTime(nanoseconds: UInt64(max(0, moved)))
    }

    /// The time from `earlier` to this moment; zero if it lies ahead.
    public func duration(since earlier: MonotonicTime) -> Duration {
        .nanoseconds(Int64(nanoseconds) - Int64(min(nanoseconds, earlier.nanoseconds)))
    }

    public static func < (left: MonotonicTime, right: MonotonicTime) -> Bool { left.nanoseconds < right.nanoseconds }
}

/// The tasks that sleep. There are few at a time, so a plain list is enough.
struct Timers: Sendable {
    struct Timer: Sendable {
        let id: UInt64
        let deadline: MonotonicTime
        let continuation: WakeUpContinuation
    }

    private var timers: [Timer] = []

    mutating func add(_ timer: Timer) { timers.append(timer) }

    mutating func take(id: UInt64) -> WakeUpContinuation? {
        guard let index = timers.firstIndex(where: { $0.id == id }) else { return nil }
        return timers.remove(at: index).continuation
    }

    mutating func take(dueAt now: MonotonicTime) -> [WakeUpContinuation] {
        guard timers.contains(where: { $0.deadline <= now }) else { return [] }
        let due = timers.filter { $0.deadline <= now }.sorted { $0.deadline < $1.deadline }
        timers.removeAll { $0.deadline <= now }
        return due.map(\.continuation)
    }

    /// Milliseconds until the first timer is due, rounded up so that the loop does not spin; -1 without one.
    func millisecondsToNext(now: MonotonicTime) -> Int32 {
        guard let next = timers.map(\.deadline).min() else { return -1 }
        guard next > now else { return 0 }
        return Int32(clamping: (next.nanoseconds - now.nanoseconds + 999_999) / 1_000_000)
    }
}
