import EventLoop
import Synchronization

extension EventLoop {
    /// Runs one piece of asynchronous work on the calling thread, and returns what it returns.
    ///
    /// - Returns: nil only if somebody else stops the loop before the work is done.
    func runUntilDone<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) -> Value? {
        let result = ResultBox<Value>()
        Task(executorPreference: self) {
            let value = await work()
            result.value.withLock { $0 = value }
            self.stop()
        }
        run()
        return result.value.withLock { $0 }
    }
}

private final class ResultBox<Value: Sendable>: Sendable {
    let value = Mutex<Value?>(nil)
}
