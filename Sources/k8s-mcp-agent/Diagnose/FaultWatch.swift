internal import CUnix
internal import EventLoop
internal import HostNode
internal import Snapshots

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// `diagnose --watch`: GPU faults of the kernel log, one line each, as they happen.
enum FaultWatch {
    /// Exit code where there is no log to follow: nothing can be said.
    private static let noLog = DiagnoseExit.unknown

    static func run(hostRoot: String?, _ output: DiagnoseCommand.Output) throws {
        try LoopRunner.run { loop in
            do throws(HostFileError) {
                let node = try HostDirectory(root: hostRoot ?? HostRoot.find())
                var log = try KernelRingBuffer(node)
                var lines = FaultLines(paint: Paint.forStandardOutput, asJSON: output == .json)
                // What is there already is read for the names of GPUs that it holds, and not printed.
                _ = try log.readAvailable { lines.learn($0) }
                say("Following the kernel log; Ctrl-C ends it.")
                return try await follow(&log, &lines, loop)
            } catch {
                say("The kernel log cannot be followed: \(error).")
                return noLog
            }
        }
    }

    /// Waits for records and for the signal that ends it, on one loop.
    private static func follow(
        _ log: inout KernelRingBuffer, _ lines: inout FaultLines, _ loop: EventLoop
    ) async throws(HostFileError) -> Int32 {
        let wakeUp = SignalTask(on: loop)
        defer { wakeUp.cancel() }
        while await wakeUp.waitReadable(log.descriptor) {
            let lostBefore = log.lostCount
            var texts: [String] = []
            _ = try log.readAvailable { texts += lines.lines($0) }
            if log.lostCount > lostBefore {
                say("\(log.lostCount - lostBefore) records were overwritten before they could be read.")
            }
            guard write(texts) else { return 0 }
        }
        return 0
    }

    /// False when nobody reads any more.
    private static func write(_ texts: [String]) -> Bool {
        guard !texts.isEmpty else { return true }
        let bytes = Array((texts.joined(separator: "\n") + "\n").utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { platformWrite(1, $0) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            written += count
        }
        return true
    }

    private static func say(_ text: String) {
        let bytes = Array("k8s-mcp-agent: \(text)\n".utf8)
        _ = bytes.withUnsafeBytes { platformWrite(2, $0) }
    }

    private static func platformWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Glibc)
            Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        #else
            Darwin.write(descriptor, bytes.baseAddress, bytes.count)
        #endif
    }
}

/// Waits for a descriptor until a signal asks to end.
private struct SignalTask {
    private let loop: EventLoop
    private let descriptor: Int32

    init(on loop: EventLoop) {
        self.loop = loop
        let signals = [SIGTERM, SIGINT, SIGHUP]
        descriptor = csystem_signal_pipe(signals, Int32(signals.count))
    }

    func cancel() { if descriptor >= 0 { close(descriptor) } }

    /// True when there is something to read, false when a signal came first.
    func waitReadable(_ watched: Int32) async -> Bool {
        let (loop, ending) = (loop, descriptor)
        return await withTaskGroup(of: Bool.self) { group in
            group.addTask(executorPreference: loop) { (try? await loop.waitReadable(watched)) != nil }
            if ending >= 0 {
                group.addTask(executorPreference: loop) {
                    _ = try? await loop.waitReadable(ending)
                    return false
                }
            }
            let first = await group.next() ?? false
            group.cancelAll()
            return first
        }
    }
}
