#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The clock that moving values follow.
///
/// It counts from the machine's boot, so that two processes see the same counters. `NVML_SIMULATOR_CLOCK` stops it at a
/// number of seconds, which makes every reading repeatable.
struct SimulatedClock: Sendable {
    private let stopped: Double?

    init() {
        stopped = getenv("NVML_SIMULATOR_CLOCK").flatMap { Double(String(cString: $0)) }
    }

    /// Seconds.
    var seconds: Double { stopped ?? Self.monotonic }

    /// Seconds of the monotonic clock, which no setting stops.
    static var monotonic: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Microseconds since the epoch, as NVML stamps its samples.
    static var epochMicroseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }

    /// Sleeps; not a number and the infinite sleep for ever.
    static func sleep(seconds: Double) {
        guard seconds < 1e9 else {
            while true { pause() }
        }
        guard seconds > 0 else { return }
        var wanted = timespec()
        wanted.tv_sec = Int(seconds)
        wanted.tv_nsec = Int((seconds - seconds.rounded(.down)) * 1e9)
        var left = timespec()
        while nanosleep(&wanted, &left) != 0 && errno == EINTR { wanted = left }
    }
}
