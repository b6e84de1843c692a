internal import ArgumentParser
internal import EventLoop
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Runs one asynchronous piece of work on a loop of its own, on the calling thread.
enum LoopRunner {
    /// Returns what `body` returned once the loop has ended.
    static func run(_ body: @escaping @Sendable (EventLoop) async throws -> Int32) throws {
        // A reader that went away is seen as EPIPE, where it matters, and must not end the process.
        signal(SIGPIPE, SIG_IGN)
        let loop = try EventLoop()
        let outcome = Mutex<Result<Int32, any Error>>(.success(0))
        let task = Task(executorPreference: loop) {
            do { return Result<Int32, any Error>.success(try await body(loop)) } catch { return .failure(error) }
        }
        Task(executorPreference: loop) {
            let result = await task.value
            outcome.withLock { $0 = result }
            loop.stop()
        }
        loop.run()
        let code = try outcome.withLock { $0 }.get()
        if code != 0 { throw ExitCode(code) }
    }
}
