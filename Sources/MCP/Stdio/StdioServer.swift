public import EventLoop
import JSON
import Synchronization

/// Serves one client that is at the other end of two file descriptors, one message on each line.
///
/// Everything happens on the event loop's thread: reading, the tools' tasks and writing. Requests run side by side, their
/// replies leave in the order in which they are ready, as whole lines, several in one write when they are ready together.
/// The process is expected to ignore SIGPIPE.
public final class StdioServer: Sendable {
    public struct Limits: Sendable {
        /// Bytes of one incoming line.
        public var line = 8 << 20
        /// Bytes of replies that wait to be written, above which nothing is read.
        public var output = 16 << 20
        /// Calls that run at the same time, above which further ones are refused.
        public var calls = 1_024

        public init() {}
    }

    /// Why ``run()`` came back.
    public enum End: Sendable, Equatable {
        /// The input is at its end, and everything that it asked is answered.
        case inputEnded
        /// The input cannot be read; what it asked until then is answered. The code is that of `errno`.
        case inputFailed(Int32)
        /// Nobody reads the output any more, or it cannot be written; the code is that of `errno`.
        case outputLost(Int32)
        /// ``drain(upTo:)`` was called; what was in flight is answered, as far as the time allowed.
        case drained
    }

    struct State: ~Copyable, Sendable {
        var session: ServerSession
        var outbox: Outbox
        var tasks: [CallKey: Task<Void, Never>] = [:]
        /// Calls that wait for an answer of the client.
        var waiting: [CallKey: AnswerContinuation] = [:]
        var end: End?
        /// Whether the output took no more, and the writer waits until it does.
        var isBlocked = false
        /// Whether the reader waits for room.
        var isReaderPaused = false
        /// Whether the input is at its end, so that the last answer ends the server.
        var isFinishing = false
        var drainTime: Duration?
        /// When the client last said something.
        var lastLine = MonotonicTime.now
    }

    let server: MCPServer
    let loop: EventLoop
    let input: Int32
    let limits: Limits
    let state: Mutex<State>
    /// Something to write is there, and whoever put it there left the writing to the writer.
    let outputReady = WakeUpSignal()
    /// The reader, having stopped at a limit, may go on.
    let roomAgain = WakeUpSignal()
    /// No more input is wanted.
    let stopReading = WakeUpSignal()
    /// Nothing is left to do.
    let finished = WakeUpSignal()

    /// Nothing is read or written before ``run()``.
    public init(_ server: MCPServer, loop: EventLoop, input: Int32 = 0, output: Int32 = 1, limits: Limits = Limits()) {
        self.server = server
        self.loop = loop
        self.input = input
        self.limits = limits
        state = Mutex(State(session: ServerSession(server), outbox: Outbox(OutputDescriptor(output))))
    }

    /// Serves until the input ends, the output is lost, or ``drain(upTo:)`` has been called.
    ///
    /// Call it once, from a task that prefers the loop as its executor.
    public func run() async -> End {
        server.add(self)
        defer { server.remove(self) }
        await withTaskGroup { helpers in
            helpers.addTask { await self.writeWhenReady() }
            helpers.addTask { await self.watchOutput() }
            await firstOf({ await self.readLines() }, { await self.stopReading.wait() })
            await finish()
            helpers.cancelAll()
        }
        let (tasks, end) = state.withLock { state in
            defer { state.tasks = [:] }
            state.session.close()
            return (Array(state.tasks.values), state.end ?? .inputEnded)
        }
        for task in tasks { task.cancel() }
        return end
    }

    /// Stops reading, lets the calls in flight finish for at most this time, and makes ``run()`` return. From any thread.
    public func drain(upTo time: Duration) {
        state.withLock { state in
            if state.end == nil { state.end = .drained }
            state.drainTime = time
        }
        stopReading.fire()
    }

    /// How long the client has said nothing and waited for nothing.
    public var idleTime: Duration {
        state.withLock { $0.tasks.isEmpty ? MonotonicTime.now.duration(since: $0.lastLine) : .zero }
    }

    /// Waits until every answer is out, or the output is lost, or the time to drain is over.
    private func finish() async {
        let (drainTime, waiting) = state.withLock { state in
            state.isFinishing = true
            state.session.endSubscriptions(into: &state.outbox.incoming)
            defer { state.waiting = [:] }
            return (state.drainTime, Array(state.waiting.values))
        }
        // Their client can answer nothing any more.
        for call in waiting { call.resume(returning: .failure(.cancelled)) }
        flush()
        guard let drainTime else { return await waitUntilFinished() }
        await firstOf({ await self.finished.wait() }, { try? await self.loop.sleep(for: drainTime) })
    }

    private func waitUntilFinished() async {
        // A signal to end may still come while a slow call is waited for.
        await firstOf({ await self.finished.wait() }, { await self.stopReading.wait() })
        guard let drainTime = state.withLock({ $0.drainTime }) else { return }
        await firstOf({ await self.finished.wait() }, { try? await self.loop.sleep(for: drainTime) })
    }
}

/// Returns when the first of two has returned, and cancels the other.
private func firstOf(_ one: @escaping @Sendable () async -> Void, _ other: @escaping @Sendable () async -> Void) async {
    await withTaskGroup { group in
        group.addTask(operation: one)
        group.addTask(operation: other)
        await group.next()
        group.cancelAll()
    }
}
