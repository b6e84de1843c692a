internal import Dispatch
internal import Foundation
internal import Synchronization

/// A few threads for tasks that wait by system calls.
final class BlockingThreads: TaskExecutor {
    /// Those of all tests of a run: more at once would only take time from each other.
    static let ofAllTests = BlockingThreads(count: 4)

    private let jobs = Mutex<[UnownedJob]>([])
    private let enqueued = DispatchSemaphore(value: 0)

    private init(count: Int) {
        for _ in 0..<count { Thread.detachNewThread { self.work() } }
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
