internal import Operations

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
    package static func startTicks(of pid: Int32) -> UInt64? { LiveProcess.startTicks(of: pid) }
}
