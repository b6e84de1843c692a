internal import CUnix
internal import EventLoop
internal import HostNode
internal import Snapshots

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// How a child of the agent ended.
enum ChildEnd: Sendable, Hashable {
    case exited(code: Int32)
    case killed(signal: Int32)
    case stuck(StuckChild)
}

/// A child that is waited for without blocking the loop.
struct Child: Sendable {
    let pid: Int32
    let loop: EventLoop
    /// True for one that leads a process group, of which everybody is killed with it.
    var leadsGroup = false
    /// How long a killed child may take to end before it counts as stuck in the kernel.
    private static let killGrace: Duration = .seconds(2)

    /// Waits for the end; after `limit` the child is killed, and whether that helped is told.
    ///
    /// - Parameter whileWaiting: called again and again meanwhile.
    func end(within limit: Duration, whileWaiting: () -> Void = {}) async -> ChildEnd {
        if let end = await collect(within: limit, whileWaiting) { return end }
        // Where it sleeps is read before the kill, after which nothing may be left to read.
        let stack = kernelStack()
        _ = kill(leadsGroup ? -pid : pid, SIGKILL)
        let ended = await collect(within: Self.killGrace, whileWaiting)
        return .stuck(StuckChild(pid: pid, wasKilled: ended != nil, stack: stack))
    }

    private func collect(within limit: Duration, _ whileWaiting: () -> Void) async -> ChildEnd? {
        let end = MonotonicTime.now + limit
        var pause: Duration = .microseconds(200)
        while true {
            if let end = collected() { return end }
            whileWaiting()
            guard MonotonicTime.now < end else { return nil }
            // A cancelled task goes on waiting: what was begun has to be seen to its end.
            do { try await loop.sleep(for: pause) } catch { usleep(1_000) }
            pause = min(pause * 2, .milliseconds(20))
        }
    }

    private func collected() -> ChildEnd? {
        var status: Int32 = 0
        var result: pid_t
        repeat { result = waitpid(pid, &status, WNOHANG) } while result < 0 && errno == EINTR
        if result == 0 { return nil }
        guard result == pid else { return .exited(code: -1) }
        let signal = csystem_termination_signal(status)
        return signal == 0 ? .exited(code: csystem_exit_code(status)) : .killed(signal: signal)
    }

    private func kernelStack() -> [String] {
        guard let own = try? HostDirectory(root: "/") else { return [] }
        let wait = ProcessTable(own).kernelWait(pid)
        let frames = wait.stack.value ?? []
        return frames.isEmpty ? [wait.channel.value].compactMap { $0 } : Array(frames.prefix(12))
    }
}
