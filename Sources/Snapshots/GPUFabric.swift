/// A GPU's registration with the NVLink fabric (NVSwitch systems from Hopper on).
package struct GPUFabric: SnapshotCodable, Equatable {
    /// 0 not supported, 1 not started, 2 in progress, 3 completed.
    package var state: Reading<UInt32> = .unavailable(.notRead)
    /// `nvmlReturn_t` with which the registration ended; means something in state 3 only.
    package var status: Reading<Int32> = .unavailable(.notRead)
    package var cliqueID: Reading<UInt32> = .unavailable(.notRead)
    /// `8-4-4-4-12` hexadecimal digits; all zero for a fabric within one node.
    package var clusterUUID: Reading<String> = .unavailable(.notRead)
    /// Bit fields; a healthy GPU's mask is not zero (second version of the call).
    package var healthMask: Reading<UInt32> = .unavailable(.notRead)
    /// 0 not supported, 1 healthy, 2 unhealthy, 3 limited capacity (third version of the call).
    package var healthSummary: Reading<UInt32> = .unavailable(.notRead)

    package init() {}

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&state)
        try coder.code(&status)
        try coder.code(&cliqueID)
        try coder.code(&clusterUUID)
        try coder.code(&healthMask)
        try coder.code(&healthSummary)
    }
}
