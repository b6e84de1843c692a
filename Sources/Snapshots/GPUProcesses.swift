/// The processes that have a context on a GPU. One that merely holds its device node open is in no list.
package struct GPUProcesses: SnapshotCodable, Equatable {
    package var compute: Reading<[GPUProcess]> = .unavailable(.notRead)
    package var graphics: Reading<[GPUProcess]> = .unavailable(.notRead)
    /// Clients of the Multi-Process Service.
    package var mps: Reading<[GPUProcess]> = .unavailable(.notRead)

    package init() {}

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&compute)
        try coder.code(&graphics)
        try coder.code(&mps)
    }

    /// All of them, each pid once for each list it is in.
    package var all: [GPUProcess] { (compute.value ?? []) + (graphics.value ?? []) + (mps.value ?? []) }
}

/// One process with a context on a GPU.
package struct GPUProcess: SnapshotCodable, Hashable {
    /// In the node's pid namespace if the agent is in it; else NVML hides or translates it.
    package var pid: UInt32 = 0
    /// Nil where the library cannot tell (another pid namespace, MIG without rights).
    package var usedMemoryBytes: UInt64?
    /// Nil outside MIG.
    package var gpuInstanceID: UInt32?
    package var computeInstanceID: UInt32?
    /// What /proc says of that pid.
    package var life = GPUProcessLife.notRead

    package init() {}

    package init(
        pid: UInt32, usedMemoryBytes: UInt64?, gpuInstanceID: UInt32? = nil, computeInstanceID: UInt32? = nil,
        life: GPUProcessLife = .notRead
    ) {
        self.pid = pid
        self.usedMemoryBytes = usedMemoryBytes
        self.gpuInstanceID = gpuInstanceID
        self.computeInstanceID = computeInstanceID
        self.life = life
    }

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&pid)
        try coder.code(&usedMemoryBytes)
        try coder.code(&gpuInstanceID)
        try coder.code(&computeInstanceID)
        var raw = life.rawValue
        try coder.code(&raw)
        guard let life = GPUProcessLife(rawValue: raw) else { throw .malformed }
        self.life = life
    }
}

/// Whether a process that NVML lists still lives.
package enum GPUProcessLife: UInt8, Sendable, Hashable {
    /// Nobody looked, or /proc could not be read.
    case notRead
    case alive
    /// Sleeps in the kernel and cannot be killed now.
    case uninterruptible
    /// Ended, but not fetched by its parent, or its last threads are stuck in the kernel.
    case zombie
    /// No such process.
    case gone
}
