internal import Dispatch
internal import Synchronization

/// The thread on which audit logs are written and read. A disk, another writer's lock or a reader that does not read can keep it
/// waiting, and with it only the calls that change something.
final class AuditThread: TaskExecutor {
    /// It begins with the first entry.
    static let shared = AuditThread()

    private let jobs = Mutex<[UnownedJob]>([])
    private let enqueued = DispatchSemaphore(value: 0)

    private init() { DispatchQueue(label: "audit").async { self.work() } }

    /// Does something there, after all that was asked before, and waits for it, also where the caller is cancelled.
    func run<Value: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let done = Task(executorPreference: self) { Result(catching: body) }
        return try await done.value.get()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
        enqueued.signal()
    }

    private func work() {
        while true {
            enqueued.wait()
            jobs.withLock { $0.removeFirst() }.runSynchronously(on: asUnownedTaskExecutor())
        }
    }
}
