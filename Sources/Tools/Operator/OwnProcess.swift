#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// This process as the kernel numbers it, in its own process id namespace.
package enum OwnProcess {
    package static var pid: Int32 { getpid() }

    /// When this process started, in clock ticks from boot; nil where /proc is not there.
    package static var startTicks: UInt64? { startTicks(of: getpid()) }

    /// When a process started; nil where there is none of that number.
    package static func startTicks(of pid: Int32) -> UInt64? {
        let descriptor = open("/proc/\(pid)/stat", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = read(descriptor, &buffer, buffer.count)
        guard count > 0, let end = buffer[..<count].lastIndex(of: UInt8(ascii: ")")) else { return nil }
        // The name in brackets may hold anything; counted from field 3 behind it, the start is field 22.
        let fields = buffer[(end + 1)..<count].split(separator: UInt8(ascii: " "))
        guard fields.count > 19 else { return nil }
        return UInt64(String(decoding: fields[19], as: UTF8.self))
    }
}
