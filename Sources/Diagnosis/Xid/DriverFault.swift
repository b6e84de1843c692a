/// A line of the GPU driver, or of what lives beside it, that has no Xid number.
package enum DriverFault: Sendable, Hashable {
    /// The GPU no longer answers; beside Xid 79, or in place of it.
    case fallenOffBus
    /// `RmInitAdapter failed! (0x62:0x40:2142)`: stage, status and source line; empty where not told.
    case initializationFailed(code: String)
    /// Another driver, such as vfio-pci, owns the GPU.
    case boundTo(driver: String)
    /// User-space and kernel driver differ; NVML answers 18.
    case versionMismatch(client: String, pid: UInt32?, clientVersion: String, kernelVersion: String)
    /// A probe of devices failed or was not called, as for those that another driver has, or no device came up at all.
    case probeFailed(devices: UInt32?, isCalled: Bool)
    /// A GPU is being removed while programs use it; the kernel waits for them.
    case removedInUse
    /// Preparation of a reset; false: someone still holds the GPU.
    case unbindLock(acquired: Bool)
    /// NVLink could not be brought up with a peer.
    case nvlinkDiscovery
    /// Interrupts that nobody handles.
    case unhandledInterrupts(irq: UInt32?)
    /// A failed check or assertion; `status` is its NV_ERR_ name, or empty. Noise alone, confirmation near 79 and 119.
    case assertion(status: String)
    /// A check failed because a GPU takes no more work until it is reset; which one is not told.
    case resetRequired
    /// History and dumps that follow Xid 119 and 120.
    case gspTrace
    /// The kernel module announces its version.
    case moduleLoaded(version: String)
    /// GPUDirect RDMA.
    case peerMemory
    /// The in-kernel driver holds a GPU, which NVIDIA's then cannot.
    case nouveau
    /// The Fabric Manager's own report of an NVSwitch error (journal, not the kernel).
    case fabricManager(sxid: UInt32, isFatal: Bool)
    /// `The NVIDIA GPU 0000:18:00.0` alone: the first line of a message that was split.
    case deviceNamed
    /// An Xid line that was cut before its number.
    case damagedXid
    /// Any other line of the driver.
    case other

    /// How bad the line is by itself.
    package var severity: Severity {
        switch self {
        case .fallenOffBus, .initializationFailed, .versionMismatch, .probeFailed: .critical
        case .removedInUse, .resetRequired, .nvlinkDiscovery, .unhandledInterrupts, .peerMemory, .nouveau, .damagedXid:
            .warning
        case .unbindLock(let acquired): acquired ? .info : .warning
        case .fabricManager(_, let isFatal): isFatal ? .critical : .warning
        case .boundTo, .assertion, .gspTrace, .moduleLoaded, .deviceNamed, .other: .info
        }
    }
}

extension DriverFault {
    /// The same without its fields: what such lines are counted by.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case fallenOffBus = "fallen_off_bus"
        case initializationFailed = "initialization_failed"
        case boundElsewhere = "bound_elsewhere"
        case versionMismatch = "version_mismatch"
        case probeFailed = "probe_failed"
        case removedInUse = "removed_in_use"
        case unbindLock = "unbind_lock"
        case nvlinkDiscovery = "nvlink_discovery"
        case unhandledInterrupts = "unhandled_interrupts"
        case assertion
        case resetRequired = "reset_required"
        case gspTrace = "gsp_trace"
        case moduleLoaded = "module_loaded"
        case peerMemory = "peer_memory"
        case nouveau
        case fabricManager = "fabric_manager"
        case deviceNamed = "device_named"
        case damagedXid = "damaged_xid"
        case other
    }

    package var kind: Kind {
        switch self {
        case .fallenOffBus: .fallenOffBus
        case .initializationFailed: .initializationFailed
        case .boundTo: .boundElsewhere
        case .versionMismatch: .versionMismatch
        case .probeFailed: .probeFailed
        case .removedInUse: .removedInUse
        case .unbindLock: .unbindLock
        case .nvlinkDiscovery: .nvlinkDiscovery
        case .unhandledInterrupts: .unhandledInterrupts
        case .assertion: .assertion
        case .resetRequired: .resetRequired
        case .gspTrace: .gspTrace
        case .moduleLoaded: .moduleLoaded
        case .peerMemory: .peerMemory
        case .nouveau: .nouveau
        case .fabricManager: .fabricManager
        case .deviceNamed: .deviceNamed
        case .damagedXid: .damagedXid
        case .other: .other
        }
    }
}

/// What the driver says once per GPU before its first Xid: this outlives the GPU's loss.
package enum GPUIdentityLine: Sendable, Hashable {
    /// `NVRM: GPU at PCI:0000:9b:00: GPU-509665ad-...`
    case uuid(String)
    /// The board's serial number: with a bus id, or without one directly behind the `uuid` line of its GPU.
    case serial(String)
}

/// A line of the PCIe error reporting of Linux about a device.
package enum PCIeFault: String, Sendable, Hashable, CaseIterable {
    case corrected = "pcie_corrected"
    case uncorrected = "pcie_uncorrected"
    case fatal = "pcie_fatal"
    /// The driver or the link could not be recovered.
    case recoveryFailed = "pcie_recovery_failed"
    /// The port above cut the device off (downstream port containment).
    case containment = "pcie_containment"
    /// The hot-plug port saw the link or the card go.
    case linkDown = "pcie_link_down"
    /// The link or the card is back, or the kernel recovered the device.
    case recovered = "pcie_recovered"
    /// Registers and bit names that belong to the line before.
    case detail = "pcie_detail"

    /// For people.
    package var name: String {
        switch self {
        case .corrected: "PCIe errors, corrected"
        case .uncorrected: "PCIe error, not corrected"
        case .fatal: "Fatal PCIe error"
        case .recoveryFailed: "PCIe recovery failed"
        case .containment: "The PCIe port above cut the device off"
        case .linkDown: "PCIe link down"
        case .recovered: "PCIe link is back"
        case .detail: "PCIe error registers"
        }
    }

    package var severity: Severity {
        switch self {
        case .corrected, .recovered, .detail: .info
        case .uncorrected: .warning
        case .fatal, .recoveryFailed, .containment, .linkDown: .critical
        }
    }
}
