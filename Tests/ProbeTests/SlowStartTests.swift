import Probe
import ProbeProtocol
import Snapshots
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// What is slow is no hang, and what hangs is not taken for slow.
@Suite(.serialized) struct SlowStartTests {
    /// NVML's start, and the first opening of GPU 0, for longer than four deadlines.
    @Test(arguments: ["nvmlInit_v2", "nvmlDeviceGetHandleByIndex_v2 1 2"])
    func aStartTakesItsTimeHoweverShortTheDeadline(_ call: String) async throws {
        let script = try Script(
            RegionMarks.functions + "in_call \(call); sleep 2.4; in_none\n" + DriverClosingTests.answering)
        let seen = try await onProbe(script.path, deadline: .milliseconds(400)) { probe in
            var seen: [ProbeInterruption] = []
            while seen.count < 40, let interruption = await probe.read(ProbeRequest([.driver])).interruption {
                seen.append(interruption)
            }
            return seen
        }
        #expect((1..<40).contains(seen.count))
        #expect(seen.allSatisfy { $0.cause == .timedOut && $0.isStillWorking })
    }

    @Test func aMomentAtTheFirstGPUIsNoSlowStartOfTheOthers() async throws {
        let script = try Script(
            RegionMarks.functions + "in_call nvmlDeviceGetHandleByIndex_v2 1 2; sleep 0.2\n"
                + "in_call nvmlDeviceGetHandleByIndex_v2 2 1; exec sleep 100")
        let interruption = try await onProbe(script.path, deadline: .seconds(2)) {
            await $0.read(ProbeRequest([.driver])).interruption
        }
        #expect(interruption?.cause == .timedOut)
        #expect(interruption?.gpuIndex == 1)
        #expect(interruption?.isStillWorking == false)
    }

    @Test func timeInWhichNobodyLookedIsNoHang() async throws {
        // More than half of the deadline, which is a hang for any other call.
        let script = try Script(
            RegionMarks.functions + "in_call nvmlDeviceGetPowerUsage 2; sleep 1.5; in_none\n"
                + DriverClosingTests.answering)
        let interruption = try await onProbe(script.path, deadline: .seconds(2)) { probe in
            async let answer = probe.read(ProbeRequest([.driver])).interruption
            while probe.workerPID == nil { await Task.yield() }
            try? await Task.sleep(for: .milliseconds(200))
            // As when the whole machine stands still.
            usleep(1_100_000)
            return await answer
        }
        #expect(interruption == nil)
    }
}
