/// Confidential computing, as the driver tells of the whole node (Hopper and newer, NVML since branch 535).
package struct ConfidentialComputing: SnapshotCodable, Hashable {
    /// Whether GPUs and programs are kept from the host's eyes.
    package var isOn = false
    /// Developer tools mode: it works like the real one and protects nothing.
    package var isForDevelopers = false
    /// Whether the GPUs accept work. After each start of the driver they do not, until somebody has attested them and said so
    /// (`nvmlSystemSetConfComputeGpusReadyState`); no CUDA program starts meanwhile.
    package var acceptsWork: Reading<Bool> = .unavailable(.notRead)

    package init() {}

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&isOn)
        try coder.code(&isForDevelopers)
        try coder.code(&acceptsWork)
    }
}
