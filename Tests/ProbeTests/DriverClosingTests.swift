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
            probe.openDriver()
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
        #expect(cause != nil && cause != .driverClosed)
        #expect(isClosed)
        #expect(pid == nil)
    }
}
