internal import Snapshots

/// When the node was booted.
package enum BootTime {
    /// Microseconds since 1970-01-01 UTC, from the `btime` line of /proc/stat: whole seconds, and it jitters by one.
    /// Nil where it cannot be read.
    package static func microseconds(_ files: any HostFiles) -> Int64? {
        // The interrupt line before it is long on machines with many processors.
        guard let bytes = try? files.read("/proc/stat", limit: 4 << 20) else { return nil }
        let key = Array("\nbtime ".utf8)
        guard let found = bytes.withUnsafeBytes({ $0.firstIndex(of: key) }) else { return nil }
        let digits = bytes[(found + key.count)...].prefix { Text.isDigit($0) }
        guard let seconds: Int64 = Text.decimal(digits) else { return nil }
        let (microseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        return overflow ? nil : WallClock.plausible(microseconds)
    }
}
