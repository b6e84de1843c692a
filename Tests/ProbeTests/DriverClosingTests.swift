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

/// Before a GPU is reset the agent's own child has to be out of the driver, and to stay out.
@Suite(.serialized) struct DriverClosingTests {
    /// A child that answers every request with an empty snapshot: the request's own number and slot, no bytes.
    static let answering = """
        while dd bs=1 count=16 of="$0.$$" <&3 2>/dev/null && [ -s "$0.$$" ]; do
          length=$(od -An -tu4 -j12 -N4 "$0.$$"); dd bs=1 count=$((length)) of=/dev/null <&3 2>/dev/null
          dd bs=1 count=12 if="$0.$$" of="$0.$$.a" 2>/dev/null; printf '\\000\\000\\000\\000' >> "$0.$$.a"
          dd bs=16 count=1 if="$0.$$.a" >&4 2>/dev/null; rm -f "$0.$$" "$0.$$.a"
        done
        rm -f "$0.$$"
        """

    @Test func withoutAChildThereIsNothingToClose() async throws {
        let script = try Script("exec sleep 100")
        let isClosed = try await onProbe(script.path, deadline: .seconds(1)) { await $0.closeDriver() }
        #expect(isClosed)
    }

    @Test func theChildIsGoneAndTheNextRequestStartsAnother() async throws {
        let script = try Script(Self.answering)
        let seen = try await onProbe(script.path, deadline: .seconds(10)) { probe in
            let first = await probe.read(ProbeRequest([.driver])).interruption
            let pid = probe.workerPID ?? 0
            let isClosed = await probe.closeDriver()
            let isGone = kill(pid, 0) != 0 && errno == ESRCH
            let closedPID = probe.workerPID
            let during = await probe.read(ProbeRequest([.driver, .telemetry])).interruption?.cause
            probe.openDriver { _ in true }
            let after = await probe.read(ProbeRequest([.driver])).interruption
            return (first, pid, isClosed, isGone, closedPID, during, after, probe.workerPID)
        }
        #expect(seen.0 == nil && seen.1 > 0)
        #expect(seen.2 && seen.3)
        #expect(seen.4 == nil)
        // Nobody is sent into the driver while it is closed.
        #expect(seen.5 == .driverClosed)
        #expect(seen.6 == nil)
        #expect(seen.7 != nil && seen.7 != seen.1)
    }

    @Test func whatNeedsNoDriverIsReadMeanwhile() async throws {
        let script = try Script(Self.answering)
        let (mixed, host) = try await onProbe(script.path, deadline: .seconds(10)) { probe in
            _ = await probe.closeDriver()
            let mixed = await probe.read(ProbeRequest([.driver, .nodeProcesses]))
            let host = await probe.read(ProbeRequest([.nodeProcesses]))
            return (mixed.interruption?.cause, host.interruption)
        }
        #expect(mixed == .driverClosed)
        #expect(host == nil)
    }

    @Test func aRequestInWorkIsAnsweredFirst() async throws {
        let script = try Script("sleep 0.3\n" + Self.answering)
        let (interruption, isClosed) = try await onProbe(script.path, deadline: .seconds(10)) { probe in
            async let reading = probe.read(ProbeRequest([.driver])).interruption
            while probe.workerPID == nil { await Task.yield() }
            let isClosed = await probe.closeDriver()
            return (await reading, isClosed)
        }
        #expect(interruption == nil)
        #expect(isClosed)
    }

    @Test func aChildThatHangsIsKilledAfterTheDeadline() async throws {
        let script = try Script("exec sleep 100")
        let (cause, isClosed, pid) = try await onProbe(script.path, deadline: .milliseconds(200)) { probe in
            async let reading = probe.read(ProbeRequest([.driver])).interruption?.cause
            while probe.workerPID == nil { await Task.yield() }
            let isClosed = await probe.closeDriver()
            return (await reading, isClosed, probe.workerPID)
        }
        // Both have the same time; whoever looks first ends it, and nobody takes that for a kill by others.
        #expect(cause == .timedOut || cause == .driverClosed)
        #expect(isClosed)
        #expect(pid == nil)
    }

    @Test func aRequestThatNeedsNoDriverOutlivesTheChildThatHadTo() async throws {
        let slow = Self.answering.replacing("length=", with: "sleep $pause; length=")
        let script = try Script(
            "if [ -e \"$0.ran\" ]; then pause=0.2; else pause=1.2; fi; : > \"$0.ran\"\n" + slow)
        let (first, isClosed, other) = try await onProbe(script.path, deadline: .seconds(2)) { probe in
            async let first = probe.read(ProbeRequest([.driver])).interruption
            while probe.workerPID == nil { await Task.yield() }
            async let isClosed = probe.closeDriver()
            try? await Task.sleep(for: .milliseconds(700))
            // The child has no time left for it, and the next one has.
            let other = await probe.read(ProbeRequest([.nodeProcesses])).interruption
            return (await first, await isClosed, other)
        }
        #expect(first == nil)
        #expect(isClosed)
        #expect(other == nil)
    }

    /// What the next child is asked to read last, after a crash on GPU 2.
    @Test(arguments: [(5, [2]), (2, [])] as [(UInt32, [UInt32])])
    func onlyOfWhatWasChangedNothingIsKnown(_ changed: UInt32, _ last: [UInt32]) async throws {
        let keeping = Self.answering.replacing("of=/dev/null <&3", with: "of=\"$0.body\" <&3")
        let script = try Script(
            RegionMarks.functions
                + "if [ ! -e \"$0.ran\" ]; then : > \"$0.ran\"; in_call nvmlDeviceGetName 3; kill -SEGV $$; fi\n"
                + keeping)
        let seen = try await onProbe(script.path, deadline: .seconds(10)) { probe in
            let crash = await probe.read(ProbeRequest([.driver])).interruption
            _ = await probe.closeDriver()
            probe.openDriver { $0 == changed }
            return (crash, await probe.read(ProbeRequest([.driver])).interruption)
        }
        #expect(seen.0?.cause == .crashed(signal: SIGSEGV) && seen.0?.gpuIndex == 2)
        #expect(seen.1 == nil)
        var request = ProbeRequest()
        try bytes(of: script.path + ".body").withUnsafeBytes { bytes in
            var coder = SnapshotCoder(reading: bytes)
            try request.code(with: &coder)
        }
        #expect(request.lastGPUs == last)
    }

    private func bytes(of path: String) throws -> [UInt8] {
        let file = try #require(fopen(path, "r"))
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: ProbeFrame.maximumRequestSize)
        let count = fread(&bytes, 1, bytes.count, file)
        return Array(bytes.prefix(count))
    }
}
