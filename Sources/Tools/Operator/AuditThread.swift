internal import Dispatch
internal import Synchronization

/// The thread on which an audit log is written and read. A disk, another writer's lock or a reader that does not read can keep it
/// waiting, and with it only the calls that change something.
final class AuditThread: TaskExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var hasBegun = false
    }

    private let state = Mutex(State())
    private let enqueued = DispatchSemaphore(value: 0)

    /// Does something there, after all that was asked before, and waits for it, also where the caller is cancelled.
    func run<Value: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let done = Task(executorPreference: self) { Result(catching: body) }
        return try await done.value.get()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isFirst = state.withLock { state in
            defer { state.hasBegun = true }
            state.jobs.append(job)
            return !state.hasBegun
        }
        // One that never records anything has no thread for it.
        if isFirst { DispatchQueue(label: "audit").async { self.work() } }
        enqueued.signal()
    }

    private func work() {
        while true {
            enqueued.wait()
            state.withLock { $0.jobs.removeFirst() }.runSynchronously(on: asUnownedTaskExecutor())
        }
    }
}
