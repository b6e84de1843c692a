internal import CNVML
internal import Scenarios

/// The machine of a scenario, prepared for being asked.
final class SimulatedNode: Sendable {
    let scenario: Scenario
    let devices: [SimulatedDevice]
    let faults: FaultGate
    let clock = SimulatedClock()
    /// What lies between two GPUs, row by row.
    let topologyLevels: [UInt32]
    /// What peer access two GPUs have, row by row.
    let peerStates: [[UInt32]]

    init(_ scenario: Scenario) {
        self.scenario = scenario
        let addresses = scenario.gpus.map(\.pci.busID)
        devices = scenario.gpus.enumerated().map { index, gpu in
            SimulatedDevice(gpu, index, switches: scenario.nvswitches, addresses: addresses)
        }
        faults = FaultGate(scenario.faults)
        let gpus = scenario.gpus
        let topology = scenario.topology
        topologyLevels = gpus.indices.flatMap { row in gpus.indices.map { topology.level(row, $0, in: gpus) } }
        peerStates = gpus.indices.flatMap { row in gpus.indices.map { topology.peerStates(row, $0, in: gpus) } }
    }

    /// The GPU of a handle; nil for every other handle.
    @inline(__always)
    func device(_ pointer: OpaquePointer?) -> SimulatedDevice? {
        guard let handle = Handle(pointer), handle.kind == .device, handle.index < devices.count else { return nil }
        return devices[handle.index]
    }

    /// GPU instances and MIG devices share a number: the GPU in the upper bits, the place in its list in the lower 8.
    static func number(_ device: Int, _ place: Int) -> Int { device << 8 | place }

    /// The GPU and MIG device of a handle of one kind.
    func mig(_ pointer: OpaquePointer?, _ kind: Handle.Kind) -> (device: SimulatedDevice, mig: SimulatedMIGDevice)? {
        guard let handle = Handle(pointer), handle.kind == kind else { return nil }
        let (index, place) = (handle.index >> 8, handle.index & 0xff)
        guard index < devices.count, place < devices[index].migDevices.count else { return nil }
        return (devices[index], devices[index].migDevices[place])
    }
}
