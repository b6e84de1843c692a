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
