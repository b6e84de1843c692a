/// An NVIDIA GPU or NVSwitch as the PCI bus shows it, whether a driver knows it or not.
package struct HostPCIDevice: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable {
        /// Class 0x0300 (VGA) or 0x0302 (3D controller).
        case gpu
        /// Class 0x0680 (other bridge).
        case nvSwitch
    }

    package var busID: BusID
    package var kind: Kind
    /// PCI device id, for example 0x2330; the vendor is always 0x10de.
    package var deviceID: UInt16
    /// The driver bound to it, for example `nvidia`, `vfio-pci` or `nouveau`; an empty text when none is bound.
    package var driver: Reading<String>
    /// The NUMA node; not supported where the firmware names none (-1).
    package var numaNode: Reading<Int>
    /// `D0`, `D3hot`, `D3cold`, ...
    package var powerState: Reading<String>
    /// True when the first bytes of the configuration space read as all ones: the device does not answer.
    /// Not read while the device sleeps in D3cold, which it would end; one that is off the bus is in D3cold, too, and is read.
    package var isConfigurationAllOnes: Reading<Bool>
    package var link: HostPCILink
    package var errors: HostPCIErrors
    /// The port above, in whose numbers the other half of the link's faults is; nil in a virtual machine without one.
    package var upstream: HostPCIPort?
    /// The bridges from the root complex down to this device, itself left out: what two devices share is their distance.
    package var path: [BusID]
    /// The root complex, `pci0000:17`; nil where its place cannot be told.
    package var rootComplex: String?

    package init(
        busID: BusID, kind: Kind, deviceID: UInt16, driver: Reading<String> = .unavailable(.notRead),
        numaNode: Reading<Int> = .unavailable(.notRead), powerState: Reading<String> = .unavailable(.notRead),
        isConfigurationAllOnes: Reading<Bool> = .unavailable(.notRead), link: HostPCILink = HostPCILink(),
        errors: HostPCIErrors = HostPCIErrors(), upstream: HostPCIPort? = nil, path: [BusID] = [],
        rootComplex: String? = nil
    ) {
        self.busID = busID
        self.kind = kind
        self.deviceID = deviceID
        self.driver = driver
        self.numaNode = numaNode
        self.powerState = powerState
        self.isConfigurationAllOnes = isConfigurationAllOnes
        self.link = link
        self.errors = errors
        self.upstream = upstream
        self.path = path
        self.rootComplex = rootComplex
    }
}

extension HostPCIDevice {
    /// Whether it is a GPU of the Hopper architecture: all of GH100, and they alone, have device ids of 0x2300 to 0x23ff
    /// (pci.ids). It tells also where NVML does not answer.
    package var isHopper: Bool { kind == .gpu && deviceID >> 8 == 0x23 }
}

/// The port of a switch or root complex to which a device is connected.
package struct HostPCIPort: Sendable, Hashable {
    package var busID: BusID
    package var link: HostPCILink
    package var errors: HostPCIErrors

    package init(busID: BusID, link: HostPCILink, errors: HostPCIErrors) {
        self.busID = busID
        self.link = link
        self.errors = errors
    }
}

/// The width of one end of a PCIe link, now and at most.
package struct HostPCILink: Sendable, Hashable {
    /// Lanes in use, 1 to 32.
    package var currentWidth: Reading<Int>
    package var maximumWidth: Reading<Int>

    package init(
        currentWidth: Reading<Int> = .unavailable(.notRead), maximumWidth: Reading<Int> = .unavailable(.notRead)
    ) {
        self.currentWidth = currentWidth
        self.maximumWidth = maximumWidth
    }
}

/// The Advanced Error Reporting counters of one device since boot (`aer_dev_*`).
package struct HostPCIErrors: Sendable, Hashable {
    package var correctable: Reading<Counters>
    package var nonFatal: Reading<Counters>
    package var fatal: Reading<Counters>

    /// One of the three files: the total, and those counters that are not zero.
    package struct Counters: Sendable, Hashable {
        package var total: UInt64
        /// In the kernel's words, for example `BadTLP`, `RxErr`, `Timeout`.
        package var nonzero: [Counter]

        package init(total: UInt64, nonzero: [Counter]) {
            self.total = total
            self.nonzero = nonzero
        }
    }

    package struct Counter: Sendable, Hashable {
        package var name: String
        package var count: UInt64

        package init(name: String, count: UInt64) {
            self.name = name
            self.count = count
        }
    }

    package init(
        correctable: Reading<Counters> = .unavailable(.notRead), nonFatal: Reading<Counters> = .unavailable(.notRead),
        fatal: Reading<Counters> = .unavailable(.notRead)
    ) {
        self.correctable = correctable
        self.nonFatal = nonFatal
        self.fatal = fatal
    }
}
