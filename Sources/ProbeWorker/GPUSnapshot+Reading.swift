internal import NVML
internal import ProbeProtocol
internal import Snapshots

extension GPUSnapshot {
    /// Reads one GPU: always its identity, and the sections asked for if it is one of those chosen.
    init(
        reading index: UInt32, of library: NVMLLibrary, _ request: ProbeRequest, _ marks: ProbeMarks,
        _ inforoms: inout InforomChecks, _ openings: inout GPUOpenings
    ) {
        self.init()
        self.index = index
        do throws(NVMLError) {
            let device = try openings.open(index, of: library, marks)
            readIdentity(device)
            isSelected = request.gpus.isEmpty || request.gpus.contains { $0.matches(self) }
            guard isSelected else { return }
            readSections(device, request.sections, &inforoms)
            if request.sections.contains(.topology) {
                // One that hung before is opened last, when all others are read.
                let skipped = request.skippedGPUs + request.lastGPUs
                topology = GPUTopology(reading: device, index, of: library, besides: skipped, marks, &openings)
            }
        } catch {
            refusal = Unavailable(error.code)
            isSelected = request.gpus.isEmpty || request.gpus.contains(.index(index))
        }
    }

    private mutating func readIdentity(_ device: NVMLDevice) {
        uuid = Reading { () throws(NVMLError) in try device.uuid() }
        name = Reading { () throws(NVMLError) in try device.name() }
        busID = Reading { () throws(NVMLError) in BusID(try device.pciInfo()) }
        // A GPU can be lost after its handle was made; then every call says so.
        if let reason = name.reason, reason == .gpuLost || reason == .resetRequired { refusal = reason }
    }

    private mutating func readSections(
        _ device: NVMLDevice, _ sections: ProbeSections, _ inforoms: inout InforomChecks
    ) {
        if sections.contains(.inventory) {
            inventory = GPUInventory(reading: device)
        } else if sections.contains(.migMode) {
            inventory = GPUInventory(readingMIGModeOf: device)
        }
        if sections.contains(.telemetry) { telemetry = GPUTelemetry(reading: device) }
        if sections.contains(.memoryHealth) {
            memoryHealth = GPUMemoryHealth(
                reading: device, isInforomValid: inforoms.reading(of: device, uuid.value))
        } else if sections.contains(.recoveryAction) {
            memoryHealth = GPUMemoryHealth(readingRecoveryActionOf: device)
        }
        if sections.contains(.links) { links = GPULinks(reading: device) }
        if sections.contains(.fabric) { fabric = GPUFabric(reading: device) }
        if sections.contains(.processes) { processes = GPUProcesses(reading: device) }
    }
}

extension BusID {
    init(_ info: NVMLPCIInfo) {
        self.init(
            domain: info.domain, bus: UInt8(truncatingIfNeeded: info.bus),
            device: UInt8(truncatingIfNeeded: info.device))
    }
}
