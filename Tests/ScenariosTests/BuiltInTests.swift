import Testing

@testable import Scenarios

@Suite struct BuiltInTests {
    @Test(arguments: Scenario.builtInNames)
    func loads(name: String) throws {
        let scenario = try Scenario.builtIn(name)
        #expect(scenario.name == name)
        #expect((10...120).contains(scenario.description.utf8.count))
        #expect(!scenario.gpus.isEmpty)
        let uuids = Set(scenario.gpus.compactMap(\.identity.uuid.value?.string))
        #expect(uuids.count == scenario.gpus.count)
        let addresses = scenario.gpus.map(\.pci.busID)
        #expect(addresses == addresses.sorted(), "NVML's order is that of the PCI bus")
    }

    @Test func theListIsTheOneThatUsersKnow() {
        let names: Set = [
            "a100x2", "h100x8", "b200x8", "gb200x4", "l40sx4", "t4x1", "a100-mig", "ecc-dbe", "row-remap-pending",
            "row-remap-failure", "fallen-off-bus", "missing-gpu", "nvlink-down", "nvlink-errors", "thermal-slowdown",
            "power-brake",
            "pcie-degraded", "fabric-not-ready", "confidential-not-ready", "driver-hang", "driver-crash",
            "driver-mismatch", "no-driver",
            "no-permission", "zombie-process", "reset-required", "busy",
        ]
        #expect(Set(Scenario.builtInNames) == names)
        #expect(Scenario.builtInSummaries.allSatisfy { !$0.description.isEmpty })
    }

    @Test func identitiesDoNotChange() throws {
        let healthy = try Scenario.builtIn("h100x8")
        let faulty = try Scenario.builtIn("ecc-dbe")
        #expect(healthy.gpus[0].identity.uuid.value?.string == "GPU-2a1f4012-5abe-660a-5db4-5cc05290c06f")
        #expect(healthy.gpus.map(\.identity.serial) == faulty.gpus.map(\.identity.serial))
    }

    @Test func aFaultIsOneGPUsAlone() throws {
        let scenario = try Scenario.builtIn("ecc-dbe")
        let pending = scenario.gpus.map { $0.rowRemap?.pending.value?.start }
        #expect(pending == [0, 0, 1, 0, 0, 0, 0, 0])
        #expect(scenario.gpus[2].rowRemap?.histogram?.max.value?.start == 2559)
        #expect(scenario.gpus[3].rowRemap?.histogram?.max.value?.start == 2560)
    }

    @Test func linksOfOneGPUDiffer() throws {
        let scenario = try Scenario.builtIn("nvlink-down")
        let links = scenario.gpus[4].nvlink.links
        #expect(links.count == 18)
        #expect(links.enumerated().filter { $0.element.active.value?.start == 0 }.map(\.offset) == [6, 7])
    }

    @Test func whatAModelLacksIsAbsent() throws {
        let turing = try Scenario.builtIn("t4x1").gpus[0]
        #expect(turing.rowRemap == nil)
        #expect(turing.retiredPages != nil)
        #expect(turing.nvlink.linkCount == .absent)
        #expect(try Scenario.builtIn("a100x2").gpus[0].fabric == nil)
        #expect(try Scenario.builtIn("a100-mig").gpus[0].utilization.gpu == .absent)
    }
}
