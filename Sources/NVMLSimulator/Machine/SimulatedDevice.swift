internal import CNVML
internal import Scenarios

/// One GPU, prepared for being asked.
final class SimulatedDevice: Sendable {
    let index: Int
    let gpu: GPU
    let faults: FaultGate
    let fields: FieldTable
    let pciInfo: PCIIdentity
    /// Totals of the ECC counters: by counter type (volatile, aggregate), then by error type (corrected, uncorrected).
    let eccTotals: [[NumericReading]]
    let migDevices: [SimulatedMIGDevice]

    init(_ gpu: GPU, _ index: Int, switches: [PCIAddress], addresses: [PCIAddress]) {
        self.index = index
        self.gpu = gpu
        faults = FaultGate(gpu.faults)
        pciInfo = PCIIdentity(gpu.pci)
        eccTotals = [gpu.ecc.volatile, gpu.ecc.aggregate].map { counters in
            [counters.corrected, counters.uncorrected].map { $0.total == .absent ? .sum($0.all) : $0.total }
        }
        fields = FieldTable(gpu, eccTotals: eccTotals)
        remotes = gpu.nvlink.links.enumerated().map { link, readings in
            PCIIdentity(remoteOf: readings, link, switches: switches, addresses: addresses)
        }
        migDevices = gpu.mig.devices.map { SimulatedMIGDevice($0, of: gpu) }
    }

    /// The other end of each NVLink; nil where the driver does not tell.
    let remotes: [PCIIdentity?]

    var handle: nvmlDevice_t? { Handle(.device, index).pointer }
}

/// One MIG device, prepared for being asked.
struct SimulatedMIGDevice: Sendable {
    let description: MIGDevice
    let name: TextReading

    init(_ description: MIGDevice, of gpu: GPU) {
        self.description = description
        let parent = gpu.identity.name.value?.string ?? "NVIDIA GPU"
        name = .value(Text("\(parent) MIG \(description.profile)"))
    }
}

extension NumericReading {
    /// What several counters make together; absent when none of them has a value.
    static func sum(_ readings: [NumericReading]) -> NumericReading {
        var total: Int64 = 0
        var rate = 0.0
        var found = false
        for reading in readings {
            if case .failed = reading { return reading }
            guard case .value(let signal) = reading else { continue }
            found = true
            total &+= signal.start
            if case .growth(let perSecond) = signal.motion { rate += perSecond }
        }
        guard found else { return .absent }
        return .value(Signal(total, rate == 0 ? .still : .growth(perSecond: rate)))
    }
}
