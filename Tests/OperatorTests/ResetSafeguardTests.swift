import Operations
import Snapshots
import Testing

@testable import Tools

/// What keeps a reset from being one of many.
@Suite struct ResetSafeguardTests {
    @Test func aResetIsRememberedUnderEachName() {
        let memory = ResetMemory()
        let busID = BusID(domain: 0, bus: 0x3b, device: 0)
        memory.note(ResetGPUPlan.targets(ResetTarget(uuid: "GPU-1", busID: busID)))
        // Once it has fallen off the bus, nobody tells its UUID any more.
        #expect(memory.last(of: Set(ResetGPUPlan.targets(ResetTarget(busID: busID)))) == 0)
        #expect(memory.last(of: ["gpu:GPU-1"]) == 0)
        #expect(memory.last(of: ["gpu:GPU-2"]) == nil)
    }
}
