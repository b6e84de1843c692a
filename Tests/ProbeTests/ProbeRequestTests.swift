import Probe
import ProbeProtocol
import Snapshots
import Testing

/// What a request may hold, and what becomes of one that holds too much.
@Suite(.serialized) struct ProbeRequestTests {
    @Test func noGPUHasANameLongerThanNVMLWrites() {
        let longest = "GPU-" + String(repeating: "a", count: 92)
        #expect(GPUSelector(longest) == .uuid(longest))
        #expect(GPUSelector(longest + "a") == nil)
        #expect(GPUSelector("GPU-") == nil)
    }

    @Test("a request that no message has room for is answered at once, and the child lives on")
    func tooLarge() async throws {
        let script = try Script(DriverClosingTests.answering)
        let start = "GPU-" + String(repeating: "a", count: 88)
        let request = ProbeRequest([.driver], gpus: (10..<74).map { GPUSelector.uuid(start + "\($0)") })
        let seen = try await onProbe(script.path, deadline: .seconds(10)) { probe in
            let before = await probe.read(ProbeRequest([.driver])).interruption
            let pid = probe.workerPID
            let refused = await probe.read(request).interruption?.cause
            let after = await probe.read(ProbeRequest([.driver])).interruption
            return (before, refused, after, pid != nil && pid == probe.workerPID)
        }
        #expect(seen.0 == nil)
        #expect(seen.1 == .requestTooLarge)
        #expect(seen.2 == nil)
        #expect(seen.3)
    }
}
