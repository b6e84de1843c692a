internal import CUnix
internal import EventLoop

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The signals by which a person or a system ends a command: SIGINT, SIGTERM, SIGHUP.
struct EndSignal: Sendable {
    private let loop: EventLoop
    private let descriptor: Int32

    init(on loop: EventLoop) {
        self.loop = loop
        let signals = [SIGTERM, SIGINT, SIGHUP]
        descriptor = csystem_signal_pipe(signals, Int32(signals.count))
    }

    func close() { if descriptor >= 0 { platformClose(descriptor) } }

    /// Returns when one has come, or the task is cancelled.
    func wait() async {
        guard descriptor >= 0 else {
            // Without a pipe a signal ends the process at once; there is nothing to wait for but the end.
            while (try? await loop.sleep(for: .seconds(3_600))) != nil {}
            return
        }
        _ = try? await loop.waitReadable(descriptor)
    }

    private func platformClose(_ descriptor: Int32) {
        #if canImport(Glibc)
            _ = Glibc.close(descriptor)
        #else
            _ = Darwin.close(descriptor)
        #endif
    }
}
