import EventLoop
import Synchronization

extension EventLoop {
    /// Runs one piece of asynchronous work on the calling thread, and returns what it returns.
    func runUntilDone<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) -> Value {
        let result = ResultBox<Value>()
        while true {
            Task(executorPreference: self) {
                let value = await work()
                result.value.withLock { $0 = value }
                stop()
            }
            run()
            if let value = result.value.withLock({ $0 }) { return value }
        }
    }
}

private final class ResultBox<Value: Sendable>: Sendable {
    let value = Mutex<Value?>(nil)
}
