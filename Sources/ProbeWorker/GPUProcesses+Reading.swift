internal import HostNode
internal import NVML
internal import Snapshots

extension GPUProcesses {
    /// Asks NVML who has a context on this GPU.
    init(reading device: NVMLDevice) {
        self.init()
        compute = Self.list(device, .compute)
        graphics = Self.list(device, .graphics)
        mps = Self.list(device, .mps)
    }

    private static func list(_ device: NVMLDevice, _ kind: NVMLProcessKind) -> Reading<[GPUProcess]> {
        Reading { () throws(NVMLError) in
            try device.processes(kind).map {
                GPUProcess(
                    pid: $0.pid, usedMemoryBytes: $0.usedMemory, gpuInstanceID: $0.gpuInstanceId,
                    computeInstanceID: $0.computeInstanceId)
            }
        }
    }
}

extension WorkerNode {
    /// The same lists with what /proc says of each pid.
    func withLives(_ processes: GPUProcesses) -> GPUProcesses {
        guard let known = knownPIDs else { return processes }
        var processes = processes
        for path in [\GPUProcesses.compute, \.graphics, \.mps] {
            processes[keyPath: path] = processes[keyPath: path].map { list in list.map { life(of: $0, known) } }
        }
        return processes
    }

    /// Nil where /proc cannot be listed or belongs to another pid namespace: NVML's numbers are not those of its processes.
    private var knownPIDs: Set<Int32>? {
        guard sharesProcessIDs != false, let pids = try? ProcessTable(files).pids(), !pids.isEmpty else { return nil }
        return Set(pids)
    }

    private func life(of process: GPUProcess, _ known: Set<Int32>) -> GPUProcess {
        var process = process
        guard let pid = Int32(exactly: process.pid), known.contains(pid) else {
            process.life = .gone
            return process
        }
        switch ProcessTable(files).state(of: pid) {
        case .zombie, .dead: process.life = .zombie
        case .uninterruptible: process.life = .uninterruptible
        case nil: process.life = .notRead
        default: process.life = .alive
        }
        return process
    }
}
