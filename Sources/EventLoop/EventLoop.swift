import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// One thread that waits for file descriptors and timers with poll(2) and runs Swift tasks in between.
///
/// A task started with `Task(executorPreference: loop)` and every `nonisolated` async function that it calls run on the
/// thread that is inside ``run()``, so a request can travel from one pipe to another without a thread switch. Nothing that
/// runs here may block. All other members may be called from any thread.
public final class EventLoop: TaskExecutor, Sendable {
    struct State: ~Copyable {
        var jobs: [UnownedJob] = []
        var waiters = Waiters()
        var timers = Timers()
        var lastID: UInt64 = 0
        var isStopping = false
        /// True from the moment the thread has decided to sleep until it woke up: only then is a wake-up byte needed.
        var isAsleep = false

        mutating func nextID() -> UInt64 {
            lastID += 1
            return lastID
        }
    }

    let state = Mutex(State())
    private let wakeUp: WakeUpPipe

    /// Makes a loop; it does nothing until somebody calls ``run()``.
    ///
    /// - Throws: ``EventLoopError`` when the process is out of file descriptors.
    public init() throws(EventLoopError) {
        wakeUp = try WakeUpPipe()
    }

    /// Part of `TaskExecutor`: called by the Swift runtime when a task can go on.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let alarm = state.withLock { state in
            state.jobs.append(job)
            return self.alarm(&state)
        }
        alarm?.ring()
    }

    /// Runs tasks, timers and descriptor waits on the calling thread until ``stop()``.
    public func run() {
        var batch: [UnownedJob] = []
        var poller = Poller(wakeUp: wakeUp.readEnd)
        while true {
            runJobs(&batch)
            guard let timeout = prepareToSleep(&poller) else { return }
            let ready = poller.wait(milliseconds: timeout)
            if poller.wokenUp { wakeUp.clear() }
            wake(ready)
        }
    }

    /// How many times what jobs have made ready is run at once, before descriptors and timers get their turn.
    private static let roundsWithoutPolling = 8

    private func runJobs(_ batch: inout [UnownedJob]) {
        for _ in 0..<Self.roundsWithoutPolling {
            state.withLock { state in swap(&state.jobs, &batch) }
            guard !batch.isEmpty else { return }
            for job in batch { job.runSynchronously(on: asUnownedTaskExecutor()) }
            batch.removeAll(keepingCapacity: true)
        }
    }

    /// Lets ``run()`` return once the tasks that are ready at this moment have run.
    public func stop() {
        let alarm = state.withLock { state in
            state.isStopping = true
            return self.alarm(&state)
        }
        alarm?.ring()
    }

    /// What wakes up a loop that sleeps, to be rung without the lock, for which the loop would wait as soon as it woke up.
    func alarm(_ state: inout State) -> Alarm? {
        guard state.isAsleep else { return nil }
        state.isAsleep = false
        return Alarm(wakeUp)
    }

    /// Fills the poll set; returns how long to sleep in milliseconds (-1: without end), or nil if the loop is to end.
    private func prepareToSleep(_ poller: inout Poller) -> Int32? {
        state.withLock { state in
            if state.isStopping && state.jobs.isEmpty { return nil }
            poller.fill(state.waiters)
            state.isAsleep = state.jobs.isEmpty
            return state.jobs.isEmpty ? state.timers.millisecondsToNext(now: .now) : 0
        }
    }

    private func wake(_ ready: [DescriptorEvent]) {
        let continuations = state.withLock { state in
            state.isAsleep = false
            return state.waiters.take(ready) + state.timers.take(dueAt: .now)
        }
        for continuation in continuations { continuation.resume(returning: .ready) }
    }
}

/// Why an event loop could not be made.
public struct EventLoopError: Error, CustomStringConvertible {
    /// The `errno` of the system call that failed.
    public let code: Int32
    /// What failed and what to do about it.
    public var description: String {
        "cannot create the event loop's wake-up pipe: \(String(cString: strerror(code))); raise the limit on open files"
    }
}

/// Wakes up a loop, once.
///
/// It owns the pipe: as soon as the lock is free, the loop may run what was added, come to its end and be gone.
struct Alarm: ~Copyable {
    private let pipe: Unmanaged<WakeUpPipe>

    init(_ pipe: WakeUpPipe) { self.pipe = .passRetained(pipe) }

    consuming func ring() { pipe.takeUnretainedValue().signal() }

    deinit { pipe.release() }
}
