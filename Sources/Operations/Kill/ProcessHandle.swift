internal import CUnix
package import EventLoop

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A process that cannot be mistaken for a later one of the same number (pidfd_open(2), Linux 5.3).
package final class ProcessHandle: Sendable {
    package let pid: Int32
    private let descriptor: Int32

    /// Takes hold of the process that started at this moment.
    ///
    /// - Parameter startTicks: clock ticks from boot, field 22 of /proc/<pid>/stat.
    /// - Throws: ``Refusal`` where it is gone, is another one by now, or the kernel cannot do this.
    package init(pid: Int32, startTicks: UInt64) throws(Refusal) {
        self.pid = pid
        descriptor = csystem_open_process(pid)
        guard descriptor >= 0 else { throw Self.refusal(pid, errno) }
        // Read after the descriptor is open: if it is the same start now, the descriptor cannot stand for another process.
        // Whoever throws from here on has the descriptor closed by deinit, which runs since all members are set.
        guard let now = LiveProcess.startTicks(of: pid) else { throw .gone(pid) }
        guard now == startTicks else { throw .reused(pid) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Whether a signal could be sent; nothing is sent.
    package func mayBeSignalled() -> Refusal? { send(0) }

    /// Sends a signal; nil when it was sent.
    package func send(_ signal: KillOrder.Signal) -> Refusal? { send(signal.number) }

    private func send(_ number: Int32) -> Refusal? {
        csystem_signal_process(descriptor, number) == 0 ? nil : Self.refusal(pid, errno)
    }

    /// Whether it has ended: it may still be a zombie then.
    package var hasEnded: Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, 0) > 0
    }

    /// Returns once it has ended.
    package func end(on loop: EventLoop) async throws(CancellationError) { try await loop.waitReadable(descriptor) }

    private static func refusal(_ pid: Int32, _ code: Int32) -> Refusal {
        switch code {
        case ESRCH: .gone(pid)
        case EPERM, EACCES:
            Refusal(
                "no_permission", subject: "process \(pid)",
                message: "This agent may not send signals to it.",
                remedy: "Run the agent as root, or as the process' own user; in a pod it needs the capability KILL.")
        case ENOSYS:
            Refusal(
                "kernel_too_old", subject: "process \(pid)",
                message: "This kernel has no pidfd_open (Linux 5.3), without which the wrong process could be hit.",
                remedy: "End the process by its pod, or by hand on the node.")
        default:
            Refusal(
                "not_signallable", subject: "process \(pid)",
                message: "The kernel refuses: \(String(cString: strerror(code))).",
                remedy: "End the process by its pod, or by hand on the node.")
        }
    }
}

extension Refusal {
    static func gone(_ pid: Int32) -> Refusal {
        Refusal(
            "gone", subject: "process \(pid)", message: "It has ended in the meantime.",
            remedy: "Nothing is left to do for it; call list_gpu_processes for what holds the GPU now.")
    }

    static func reused(_ pid: Int32) -> Refusal {
        Refusal(
            "pid_reused", subject: "process \(pid)",
            message: "It has ended, and its number belongs to another process now.",
            remedy: "Nothing is left to do for it; call list_gpu_processes for what holds the GPU now.")
    }
}
