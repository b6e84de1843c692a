import CUnix
import EventLoop
import Operations
import Snapshots
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A child that ends with the test at the latest.
final class Child: Sendable {
    let pid: Int32

    init(_ script: String) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        var ends: [Int32] = [-1, -1]
        try #require(csystem_pipe(&ends) == 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 9)
        let body = "\(script); echo ready >&9; exec 9>&-; while :; do sleep 0.05; done"
        let argv: [UnsafeMutablePointer<CChar>?] = [strdup("sh"), strdup("-c"), strdup(body), nil]
        defer { for argument in argv { free(argument) } }
        var pid: pid_t = 0
        try #require(posix_spawn(&pid, "/bin/sh", &actions, nil, argv, environ) == 0)
        self.pid = pid
        close(ends[1])
        var byte: UInt8 = 0
        // Its traps are set once it says so.
        var count = read(ends[0], &byte, 1)
        // Other tests of this process have signal handlers.
        while count < 0, errno == EINTR { count = read(ends[0], &byte, 1) }
        #expect(count == 1, "errno \(errno)")
        close(ends[0])
    }

    deinit {
        kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
    }

    func target() throws -> KillTarget {
        KillTarget(pid: pid, startTicks: try #require(LiveProcess.startTicks(of: pid)), name: "sh")
    }
}

/// Ends real processes.
@Suite(.blocking) struct ProcessEndingTests {
    private struct Stopped: Error {}

    private func end(
        _ targets: [KillTarget], _ order: KillOrder, stopAt: String? = nil, cancelAt: String? = nil
    ) async throws -> (outcomes: [KillOutcome], steps: [String], stopped: Bool) {
        try await onLoop { loop in
            var steps: [String] = []
            guard var ending = try? ProcessEnding(targets, order, on: loop) else { return ([], ["refused"], true) }
            do {
                try await ending.run { (step, _) throws(Stopped) in
                    steps.append(step)
                    if step == stopAt { throw Stopped() }
                    if step == cancelAt { withUnsafeCurrentTask { $0?.cancel() } }
                }
            } catch { return (ending.outcomes, steps, true) }
            return (ending.outcomes, steps, false)
        }
    }

    @Test func aDeviceOfAnotherNumberIsNoneOfTheDrivers() throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        mkdir("\(folder.path)/dev", 0o755)
        let path = "\(folder.path)/dev/nvidia0"
        // The numbers of /dev/null; only root can make device nodes, and not on every file system.
        guard mknod(path, S_IFCHR | 0o666, 1 << 8 | 3) == 0 else { return }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        #expect(LiveProcess.holdsDevice(getpid(), takesAnyDevice: true))
        #expect(!LiveProcess.holdsDevice(getpid(), takesAnyDevice: false))
    }

    @Test func termEndsAProcess() async throws {
        let child = try Child(":")
        let done = try await end([try child.target()], KillOrder(signal: .term, graceSeconds: 10, thenKill: false))
        #expect(done.outcomes.map(\.end) == [.ended])
        #expect(done.steps == ["send_TERM", "wait_for_end"])
        #expect(LiveProcess.status(of: child.pid)?.state == .zombie)
    }

    @Test func killIsNotSentUnlessOrdered() async throws {
        let child = try Child("trap '' TERM")
        let target = try child.target()
        let first = try await end([target], KillOrder(signal: .term, graceSeconds: 0, thenKill: false))
        #expect(first.outcomes.map(\.end) == [.stillRunning])
        #expect(!first.steps.contains("send_KILL"))
        let second = try await end([target], KillOrder(signal: .term, graceSeconds: 0, thenKill: true))
        #expect(second.outcomes.map(\.end) == [.killed])
        #expect(second.steps == ["send_TERM", "wait_for_end", "send_KILL"])
    }

    @Test func killAtOnce() async throws {
        let child = try Child("trap '' TERM")
        let done = try await end([try child.target()], KillOrder(signal: .kill, graceSeconds: 0, thenKill: false))
        #expect(done.outcomes.map(\.end) == [.killed])
        #expect(done.steps == ["send_KILL"])
    }

    @Test func aNumberThatWasGivenAgainIsNotHit() async throws {
        let child = try Child(":")
        var target = try child.target()
        target.startTicks += 1
        let done = try await end([target], KillOrder(signal: .kill, graceSeconds: 0, thenKill: false))
        #expect(done.steps == ["refused"])
        #expect(LiveProcess.status(of: child.pid)?.state != .zombie)
        #expect(throws: Refusal.self) { try ProcessHandle(pid: target.pid, startTicks: target.startTicks) }
    }

    @Test func oneOfTwoIsReusedAndNoneIsHit() async throws {
        let (first, second) = (try Child(":"), try Child(":"))
        var other = try second.target()
        other.startTicks -= 1
        let order = KillOrder(signal: .kill, graceSeconds: 0, thenKill: false)
        #expect(try await end([try first.target(), other], order).steps == ["refused"])
        #expect(LiveProcess.status(of: first.pid)?.state != .zombie)
    }

    @Test func whatIsGoneNeedsNoSignal() async throws {
        let child = try Child(":")
        let target = try child.target()
        kill(child.pid, SIGKILL)
        while LiveProcess.status(of: child.pid)?.state != .zombie { usleep(1_000) }
        let zombie = try await end([target], KillOrder(signal: .term, graceSeconds: 1, thenKill: true))
        #expect(zombie.outcomes.map(\.end) == [.alreadyGone])
        #expect(!zombie.steps.contains("send_TERM"))
        waitpid(child.pid, nil, 0)
        let gone = try await end([target], KillOrder(signal: .term, graceSeconds: 1, thenKill: true))
        #expect(gone.outcomes.map(\.end) == [.alreadyGone])
    }

    @Test func aStepThatMayNotBeDoneIsNotDone() async throws {
        let child = try Child(":")
        let done = try await end(
            [try child.target()], KillOrder(signal: .kill, graceSeconds: 0, thenKill: false), stopAt: "send_KILL")
        #expect(done.stopped)
        #expect(LiveProcess.status(of: child.pid)?.state != .zombie)
    }

    @Test func onceCancelledNoFurtherSignalIsSent() async throws {
        let (first, second) = (try Child(":"), try Child(":"))
        let done = try await end(
            [try first.target(), try second.target()], KillOrder(signal: .term, graceSeconds: 10, thenKill: true),
            cancelAt: "send_TERM")
        #expect(done.steps == ["send_TERM", "wait_for_end"])
        #expect(done.outcomes.last?.end == .notSent)
        #expect(done.outcomes.last?.refusal?.reason == "interrupted")
        #expect(LiveProcess.status(of: second.pid)?.state != .zombie)
    }

    @Test func whatGotKillIsWaitedForAlsoWhenCancelled() async throws {
        let child = try Child("trap '' TERM")
        let done = try await end(
            [try child.target()], KillOrder(signal: .kill, graceSeconds: 0, thenKill: false), cancelAt: "send_KILL")
        #expect(done.outcomes.map(\.end) == [.killed])
    }

    @Test func severalAtOnceWaitTogether() async throws {
        let children = [try Child(":"), try Child("trap '' TERM"), try Child(":")]
        let targets = try children.map { try $0.target() }
        let done = try await end(targets, KillOrder(signal: .term, graceSeconds: 1, thenKill: false))
        #expect(done.outcomes.map(\.end) == [.ended, .stillRunning, .ended])
    }

    @Test func ancestryHoldsThisProcessAndItsParent() {
        let pids = LiveProcess.ancestry()
        #expect(pids.contains(getpid()))
        #expect(getppid() <= 1 || pids.contains(getppid()))
    }
}
