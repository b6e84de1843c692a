package import Snapshots

/// How a GPU is reset.
package enum ResetMethod: String, Sendable, Hashable, CaseIterable {
    /// By the driver, which knows what it does: `nvidia-smi --gpu-reset`.
    case driver
    /// Of the bus above the GPU: nvidia-smi's, or the kernel's own where the driver no longer answers for the GPU.
    case bus
}

/// The way that a method takes on this node.
package enum ResetPath: String, Sendable, Hashable {
    /// nvidia-smi's function level reset.
    case driverTool = "nvidia_smi"
    /// nvidia-smi's secondary bus reset.
    case driverToolBus = "nvidia_smi_bus"
    /// The kernel's files in sysfs, without the driver.
    case kernel
}

/// What is to be reset, and all that the procedure has to know for it.
package struct ResetOrder: Sendable, Hashable {
    package var path: ResetPath
    /// `GPU-...`; empty where even the kernel module does not tell, and then nvidia-smi cannot be used.
    package var uuid: String
    /// The GPU's own function.
    package var gpu: BusID
    /// The other functions of its slot (audio, USB), which are taken off their drivers too, each with its driver's name.
    package var siblings: [PCIFunction]
    /// The driver that is bound to the GPU; empty for none.
    package var driver: String
    /// The bridge above; nil where there is none.
    package var bridge: BusID?
    /// True when there is nothing below the bridge but this slot's functions: only then it may be reset as a whole.
    package var isAloneBelowBridge: Bool
    /// True when persistence mode is on: it is turned off before and on again after.
    package var hasPersistence: Bool

    package init(
        path: ResetPath, uuid: String, gpu: BusID, siblings: [PCIFunction] = [], driver: String = "nvidia",
        bridge: BusID? = nil, isAloneBelowBridge: Bool = false, hasPersistence: Bool = false
    ) {
        self.path = path
        self.uuid = uuid
        self.gpu = gpu
        self.siblings = siblings
        self.driver = driver
        self.bridge = bridge
        self.isAloneBelowBridge = isAloneBelowBridge
        self.hasPersistence = hasPersistence
    }
}

/// One function of a PCI device and the driver that is bound to it.
package struct PCIFunction: Sendable, Hashable {
    package var address: BusID
    /// Empty when none is bound.
    package var driver: String
    /// What it is, as far as its class tells, for people.
    package var kind: String

    package init(address: BusID, driver: String, kind: String = "device") {
        self.address = address
        self.driver = driver
        self.kind = kind
    }
}
