/// What the driver and its library say of themselves.
package struct DriverSnapshot: SnapshotCodable, Equatable {
    /// Whether NVML could be used, and if not, why.
    package var state = NVMLState()
    /// Driver version by NVML, for example `580.95.05`.
    package var driverVersion: Reading<String> = .unavailable(.notRead)
    /// Version of the NVML library, for example `13.580.95.05`.
    package var nvmlVersion: Reading<String> = .unavailable(.notRead)
    /// CUDA version that the driver supports, as 1000 x major + 10 x minor.
    package var cudaVersion: Reading<UInt32> = .unavailable(.notRead)
    /// Number of GPUs that NVML counts, also those that it cannot open.
    package var gpuCount: Reading<UInt32> = .unavailable(.notRead)
    package var confidentialComputing: Reading<ConfidentialComputing> = .unavailable(.notRead)

    package init() {}

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&state)
        try coder.code(&driverVersion)
        try coder.code(&nvmlVersion)
        try coder.code(&cudaVersion)
        try coder.code(&gpuCount)
        try coder.code(&confidentialComputing)
    }
}

/// Whether NVML could be opened and initialised.
package struct NVMLState: SnapshotCodable, Equatable {
    /// How far it got.
    package enum Outcome: UInt8, Sendable {
        /// Nobody asked for the driver.
        case notAsked
        /// Initialised.
        case ready
        /// No usable libnvidia-ml.so.1 was found.
        case libraryNotFound
        /// A library was found but dlopen refused it or a required symbol is missing.
        case libraryUnusable
        /// The library lies in another root, and entering it (chroot) was refused.
        case rootNotEntered
        /// nvmlInit: the kernel module is not loaded (9).
        case driverNotLoaded
        /// nvmlInit: library and kernel module are of different versions (18).
        case versionMismatch
        /// nvmlInit: no right to open the device nodes (4).
        case noPermission
        /// nvmlInit: the driver is there, but no GPU is (28), or the count is 0.
        case noGPU
        /// nvmlInit: any other code.
        case initializationFailed
    }

    package var outcome: Outcome = .notAsked
    /// `nvmlReturn_t` of nvmlInit, or the errno of chroot; 0 where neither applies.
    package var code: Int32 = 0
    /// The library that was opened or refused, or named by a person and not found, as seen from the agent; else empty.
    package var libraryPath = ""
    /// The driver root that was entered; empty if none was.
    package var driverRoot = ""
    /// What dlopen said, or which paths were tried.
    package var detail = ""
    /// True when the library is the simulator.
    package var isSimulated = false

    package init() {}

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        var raw = outcome.rawValue
        try coder.code(&raw)
        guard let outcome = Outcome(rawValue: raw) else { throw .malformed }
        self.outcome = outcome
        try coder.code(&code)
        try coder.code(&libraryPath)
        try coder.code(&driverRoot)
        try coder.code(&detail)
        try coder.code(&isSimulated)
    }
}
