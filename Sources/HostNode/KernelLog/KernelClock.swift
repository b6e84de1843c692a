#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Turns the kernel log's time stamps into the time of day.
///
/// A stamp counts from boot on the clock of printk, which stands still in suspend and which NTP does not steer: the boot time
/// of /proc/stat would be wrong by all time spent in suspend. So the difference of the two clocks now is used, measured anew
/// for each reading; a record's time is off by what NTP has corrected since it was written (up to seconds a month), and by any
/// step of the wall clock. The order of records is that of their sequence numbers, never of their times.
enum KernelClock {
    /// Microseconds to add to a stamp.
    static func offset() -> Int64 {
        microseconds(CLOCK_REALTIME) - microseconds(CLOCK_MONOTONIC)
    }

    private static func microseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}
