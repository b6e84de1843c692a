internal import CUnix

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// How a child process ended.
enum ChildExit: Equatable {
    case exited(code: Int32)
    case killed(signal: Int32)

    /// Collects the child if it has ended; nil if it has not.
    static func collect(_ pid: Int32) -> ChildExit? {
        var status: Int32 = 0
        var result: pid_t
        repeat { result = waitpid(pid, &status, WNOHANG) } while result < 0 && errno == EINTR
        if result == 0 { return nil }
        // ECHILD: somebody else collected it. It is gone, which is all that matters here.
        guard result == pid else { return .exited(code: -1) }
        let signal = csystem_termination_signal(status)
        return signal == 0 ? .exited(code: csystem_exit_code(status)) : .killed(signal: signal)
    }

    /// Asks the kernel to end the child at once.
    static func kill(_ pid: Int32) {
        #if canImport(Glibc)
            _ = Glibc.kill(pid, SIGKILL)
        #else
            _ = Darwin.kill(pid, SIGKILL)
        #endif
    }
}
