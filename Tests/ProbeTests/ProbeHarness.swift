import EventLoop
import Probe
import ProbeProtocol
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A shell script that plays the child process; it is removed when the test is over, with what it left beside itself.
final class Script: Sendable {
    let path: String
    private let folder: TemporaryFolder

    init(_ body: String) throws {
        folder = try TemporaryFolder()
        path = folder.path + "/worker.sh"
        try makeProgram("#!/bin/sh\n\(body)\n", at: path)
    }
}

/// What a script needs to leave marks in the memory that it shares with the probe, as the real child does.
enum RegionMarks {
    /// `in_call NAME [GPU [OPENING]]`: it is in that function, at the GPU of that index plus 1 (0: at none), and opens it in
    /// that way (``GPUOpening``). `in_none`: it is in no function any more.
    static let functions = #"""
        put() { printf "$2" | dd of=/proc/self/fd/5 bs=1 seek="$1" conv=notrunc 2>/dev/null; }
        in_call() { put 64 "$(printf '\\%03o' "${#1}")$1"; put 8 "\\00${3:-0}"; put 4 "\\00${2:-0}"; put 0 '\001'; }
        in_none() { put 0 '\000'; put 4 '\000'; }

        """#
}

/// Runs `body` on a loop of its own with a probe whose child is `executable`.
func onProbe<Value: Sendable>(
    _ executable: String, deadline: Duration, _ body: @escaping @Sendable (Probe) async -> Value
) async throws -> Value {
    signal(SIGPIPE, SIG_IGN)
    return try await onLoop { loop in
        let probe = Probe(
            loop: loop, executable: executable, configuration: ProbeConfiguration(), deadline: deadline)
        let value = await body(probe)
        await probe.shutDown()
        return value
    }
}

/// How many descriptors this process has open.
func openDescriptors() -> Int {
    (0..<1_024).filter { fcntl(Int32($0), F_GETFD) >= 0 }.count
}
