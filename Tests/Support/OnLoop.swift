package import EventLoop

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Runs `body` as a task on a fresh loop that has a thread of its own, and returns what it returned.
package func onLoop<Value: Sendable>(_ body: @escaping @Sendable (EventLoop) async -> Value) async throws -> Value {
    let loop = try EventLoop()
    let thread = LoopThread { loop.run() }
    let value = await Task(executorPreference: loop) { await body(loop) }.value
    loop.stop()
    thread.join()
    return value
}

/// A thread that runs one closure.
private struct LoopThread: Sendable {
    private let thread: pthread_t

    init(_ body: @escaping @Sendable () -> Void) {
        let box = Unmanaged.passRetained(Box(body)).toOpaque()
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, box)
        self.thread = thread
    }

    func join() { pthread_join(thread, nil) }

    private final class Box {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}
