internal import NVML
internal import ProbeProtocol

/// Opens GPUs, and tells the agent each time whether that may take long: a start of the driver is no hang.
struct GPUOpenings {
    /// NVML's indexes of the GPUs that this process has opened.
    private var opened: Set<UInt32> = []
    /// Whether persistence mode is on at each GPU that told; nil before one did. nvidia-persistenced turns it on for all of them.
    private var isPersistent: Bool?

    /// Opens a GPU, which attaches it.
    mutating func open(
        _ index: UInt32, of library: NVMLLibrary, _ marks: ProbeMarks
    ) throws(NVMLError) -> NVMLDevice {
        marks.opening.pointee = opening(of: index).rawValue
        let device = try library.device(at: index)
        if opened.insert(index).inserted { notePersistence(of: device) }
        return device
    }

    private func opening(of index: UInt32) -> GPUOpening {
        if opened.contains(index) { return .again }
        return isPersistent == true ? .keptStarted : .first
    }

    private mutating func notePersistence(of device: NVMLDevice) {
        guard let isOn = try? device.persistenceMode() else { return }
        isPersistent = isPersistent != false && isOn
    }
}
