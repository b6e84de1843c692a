/// What the host's files tell of devices in depth: PCI links and errors, kernel modules, network cards.
package struct HostDevices: SnapshotCodable, Equatable {
    /// GPUs and NVSwitches on the PCI bus (sysfs).
    package var pci: Reading<[HostPCIDevice]> = .unavailable(.notRead)
    /// The names of the loaded kernel modules that matter to GPUs (/proc/modules).
    package var modules: Reading<[String]> = .unavailable(.notRead)

    /// The network cards on the PCI bus; not read unless the topology was asked for.
    package var networkCards: Reading<[HostNetworkCard]> = .unavailable(.notRead)

    /// N of each device node /dev/nvidiaN that is there.
    package var gpuMinors: Reading<[UInt32]> = .unavailable(.notRead)
    /// When the node was started, microseconds since 1970-01-01 UTC, exact to about a second.
    package var bootedMicroseconds: Reading<Int64> = .unavailable(.notRead)

    package init() {}

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&pci)
        try coder.code(&modules)
        try coder.code(&networkCards)
        try coder.code(&gpuMinors)
        try coder.code(&bootedMicroseconds)
    }
}

extension SnapshotCoder {
    package mutating func code(_ value: inout Int) throws(SnapshotError) {
        var wide = Int64(value)
        try code(&wide)
        guard let narrow = Int(exactly: wide) else { throw .malformed }
        value = narrow
    }

    package mutating func code(_ value: inout UInt16) throws(SnapshotError) {
        var wide = UInt32(value)
        try code(&wide)
        guard let narrow = UInt16(exactly: wide) else { throw .malformed }
        value = narrow
    }
}

extension Int: SnapshotCodable {
    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) { try coder.code(&self) }
}
