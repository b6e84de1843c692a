import EventLoop
import Probe
import ProbeProtocol
import Snapshots
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Each way in which the child process can fail, with a real child that fails in that way.
@Suite(.serialized) struct ProbeFailureTests {
    @Test func aChildThatCannotBeStarted() async throws {
        let snapshot = try await answer(of: "/nonexistent/worker")
        #expect(snapshot.interruption?.cause == .cannotStart(code: ENOENT))
    }

    @Test func aChildThatExits() async throws {
        let snapshot = try await answer(ofScript: "exit 7")
        #expect(snapshot.interruption?.cause == .exited(code: 7))
    }

    @Test func aChildThatExitsCleanlyWithoutAnAnswer() async throws {
        let snapshot = try await answer(ofScript: "exit 0")
        #expect(snapshot.interruption?.cause == .exited(code: 0))
    }

    @Test func aChildThatCrashes() async throws {
        let snapshot = try await answer(ofScript: "kill -SEGV $$")
        #expect(snapshot.interruption?.cause == .crashed(signal: SIGSEGV))
    }

    @Test func aChildThatWritesGarbage() async throws {
        let snapshot = try await answer(ofScript: "printf 'sixteen bytes!!!' >&4; exec sleep 100")
        #expect(snapshot.interruption?.cause == .garbage)
    }

    @Test func aChildThatClosesItsPipeAndGoesOn() async throws {
        let snapshot = try await answer(ofScript: "exec 4>&-; exec sleep 100")
        #expect(snapshot.interruption?.cause == .crashed(signal: SIGKILL))
    }

    @Test func aChildThatHangs() async throws {
        let snapshot = try await answer(ofScript: "exec sleep 100", deadline: .milliseconds(200))
        #expect(snapshot.interruption?.cause == .timedOut)
        #expect(snapshot.interruption?.deadline == .milliseconds(200))
        #expect(snapshot.gpus.isEmpty)
    }

    @Test func aChildThatAnswersAnotherRequest() async throws {
        // A right header with a request number that was never given.
        let snapshot = try await answer(
            ofScript: #"printf 'PMVN\377\377\377\377\000\000\000\000\000\000\000\000' >&4; exec sleep 100"#)
        #expect(snapshot.interruption?.cause == .garbage)
    }

    @Test func manyRequestsAtOnceAreAllAnsweredWithinTheDeadline() async throws {
        let script = try Script("exec sleep 100")
        let causes = try await onProbe(script.path, deadline: .milliseconds(200)) { probe in
            await withTaskGroup(of: ProbeInterruption.Cause?.self) { group in
                for _ in 0..<16 { group.addTask { await probe.read(ProbeRequest([.driver])).interruption?.cause } }
                return await group.reduce(into: []) { $0.append($1) }
            }
        }
        #expect(causes == Array(repeating: .timedOut, count: 16))
    }

    @Test func nothingIsLeftOverAfterAHundredCrashes() async throws {
        let script = try Script("kill -SEGV $$")
        let before = openDescriptors()
        let causes = try await onProbe(script.path, deadline: .seconds(10)) { probe in
            var causes: [ProbeInterruption.Cause?] = []
            for _ in 0..<100 { causes.append(await probe.read(ProbeRequest([.driver])).interruption?.cause) }
            return causes
        }
        #expect(causes == Array(repeating: .crashed(signal: SIGSEGV), count: 100))
        #expect(try await descriptorsAreBack(to: before))
    }

    /// Waits until as many are open as before, but for a few of other tests that run meanwhile: theirs come and go, one that
    /// is lost stays.
    private func descriptorsAreBack(to before: Int) async throws -> Bool {
        for _ in 0..<400 {
            if openDescriptors() < before + 10 { return true }
            try await Task.sleep(for: .milliseconds(50))
        }
        return false
    }

    private func answer(ofScript script: String, deadline: Duration = .seconds(10)) async throws -> NodeSnapshot {
        let script = try Script(script)
        return try await answer(of: script.path, deadline: deadline)
    }

    private func answer(of executable: String, deadline: Duration = .seconds(10)) async throws -> NodeSnapshot {
        try await onProbe(executable, deadline: deadline) { await $0.read(ProbeRequest([.driver])) }
    }
}
