internal import CUnix
internal import EventLoop
internal import MCP

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// SIGTERM, SIGINT and SIGHUP during a call that may change the node: the call is cancelled. What must not be interrupted,
/// such as a reset, is done to its end all the same, and its answer printed.
struct CallSignals {
    /// Becomes readable with the first signal; negative where signals cannot be handled.
    private let descriptor: Int32

    /// From now on these signals no longer end the process.
    init() {
        let signals = [SIGTERM, SIGINT, SIGHUP]
        descriptor = csystem_signal_pipe(signals, Int32(signals.count))
    }

    /// Returns once a signal has come and the call is cancelled, or this task is.
    func cancel(_ call: Task<ToolResult, Never>, on loop: EventLoop) async {
        guard descriptor >= 0, (try? await loop.waitReadable(descriptor)) != nil else { return }
        call.cancel()
        // Nobody need read it, and a reset must not wait for that.
        guard Self.standardErrorTakesMore else { return }
        StandardError.say(
            "k8s-mcp-agent: stopping on a signal; what must not be interrupted is finished first")
    }

    private static var standardErrorTakesMore: Bool {
        var entry = pollfd(fd: 2, events: Int16(POLLOUT), revents: 0)
        return poll(&entry, 1, 0) > 0
    }
}
