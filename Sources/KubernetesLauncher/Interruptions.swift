import CUnix
package import EventLoop
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The signals that ask for the end. The first one counts, and stays in force.
///
/// SIGPIPE is caught too, and then passed over: a standard error that nobody reads must not end us before the pod is
/// removed. Ignoring it would be inherited by kubectl, which would then not end when its output breaks.
package final class Interruptions: Sendable {
    private let loop: EventLoop
    private let signals: Int32
    private let first = Mutex<Int32?>(nil)

    /// Catches SIGINT, SIGTERM and SIGHUP from now on; to be made once in a process.
    package init(loop: EventLoop) {
        self.loop = loop
        signals = csystem_signal_pipe([SIGINT, SIGTERM, SIGHUP, SIGPIPE], 4)
    }

    /// Behaves as if the terminal had gone: for a client that does not listen any more.
    package static func hangUp() { kill(getpid(), SIGHUP) }

    /// Returns once a signal has come, at once if one came before.
    func next() async throws(CancellationError) -> LaunchFailure {
        while true {
            if let signal = first.withLock({ $0 }) { return .interrupted(signal) }
            try await loop.waitReadable(signals)
            var number: UInt8 = 0
            guard read(signals, &number, 1) == 1, Int32(number) != SIGPIPE else { continue }
            let signal = Int32(number)
            first.withLock { $0 = $0 ?? signal }
        }
    }

    /// Runs `operation` unless a signal ends the wait for it; then it is cancelled. Signals count once `begin` returns.
    func orNext<Value: Sendable>(
        after begin: @escaping @Sendable () async throws(CancellationError) -> Void = {},
        _ operation: @escaping @Sendable () async -> Result<Value, LaunchFailure>
    ) async -> Result<Value, LaunchFailure> {
        await withTaskGroup(of: Result<Value, LaunchFailure>?.self) { group in
            group.addTask { await operation() }
            group.addTask { [self] in
                guard (try? await begin()) != nil else { return nil }
                return (try? await next()).map { .failure($0) }
            }
            defer { group.cancelAll() }
            while let result = await group.next() {
                if let result { return result }
            }
            return .failure(.interrupted(0))
        }
    }
}
