internal import Synchronization

/// Calls of the tool `hold` that wait until the test lets them go on, numbered from 1 as they came.
package final class HeldCalls: Sendable {
    private let calls = Mutex<[AsyncStream<Never>.Continuation]>([])

    package init() {}

    package var count: Int { calls.withLock { $0.count } }

    /// Returns when the call is released or cancelled.
    package func hold() async {
        let (stream, continuation) = AsyncStream<Never>.makeStream()
        calls.withLock { $0.append(continuation) }
        for await _ in stream {}
    }

    package func release(_ number: Int) {
        let call = calls.withLock { $0.indices.contains(number - 1) ? $0[number - 1] : nil }
        call?.finish()
    }
}
