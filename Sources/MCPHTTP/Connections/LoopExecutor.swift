internal import NIOCore

/// Runs tasks on the thread that reads and writes the connections, so that a request needs no other thread between its first
/// byte and its tool, nor between the tool and the last byte of the answer.
final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
