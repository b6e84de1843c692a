internal import Diagnosis
internal import ProbeProtocol
internal import Snapshots

/// The GPUs of a node by all that names them: NVML, the kernel module's files and the log, which still knows lost ones.
struct FaultGPUs {
    struct GPU {
        let busID: BusID
        var index: UInt32?
        var uuid: String?
        var serial: String?
        var name: String?
        /// Nil where NVML could not be asked.
        var isListed: Bool?
        /// NVML's, else the newest of the log.
        var recovery: RecoveryLevel?
    }

    private var bySlot: [UInt64: GPU] = [:]

    init(_ reading: FaultReading, _ report: KernelFaultReport) {
        for gpu in reading.snapshot.gpus { if let busID = gpu.busID.value { add(gpu, busID) } }
        for gpu in reading.snapshot.host?.procGPUs.value ?? [] {
            change(gpu.busID) {
                $0.uuid = $0.uuid ?? gpu.uuid
                $0.name = $0.name ?? gpu.model
            }
        }
        for busID in reading.snapshot.host?.pciGPUs.value ?? [] { change(busID) { _ in } }
        for (busID, identity) in report.identities {
            change(busID) {
                $0.uuid = $0.uuid ?? identity.uuid
                $0.serial = identity.serial
            }
        }
        for group in report.groups where !group.isInjected && group.code.xid != nil {
            if let busID = group.busID { change(busID) { _ in } }
        }
        for (busID, level) in report.recoveryLevels { change(busID) { $0.recovery = $0.recovery ?? level } }
        for slot in bySlot.keys { bySlot[slot]?.isListed = reading.listed.map { $0.contains(slot) } }
    }

    private mutating func add(_ gpu: GPUSnapshot, _ busID: BusID) {
        change(busID) {
            $0.index = gpu.index
            $0.uuid = gpu.uuid.value
            $0.name = gpu.name.value
            $0.recovery = gpu.memoryHealth?.recoveryAction.value.map { RecoveryLevel(UInt32(clamping: $0)) }
        }
    }

    private mutating func change(_ busID: BusID, _ body: (inout GPU) -> Void) {
        body(&bySlot[busID.slot, default: GPU(busID: busID)])
    }

    /// The GPU at this address, whatever its function; nil for switches and ports.
    subscript(busID: BusID?) -> GPU? { busID.flatMap { bySlot[$0.slot] } }

    subscript(slot slot: UInt64) -> GPU? { bySlot[slot] }

    func slot(of selector: GPUSelector) -> UInt64? {
        bySlot.first { _, gpu in
            switch selector {
            case .index(let index): gpu.index == index
            case .uuid(let uuid): gpu.uuid?.lowercased() == uuid.lowercased()
            case .busID(let busID): gpu.busID.slot == busID.slot
            }
        }?.key
    }
}
