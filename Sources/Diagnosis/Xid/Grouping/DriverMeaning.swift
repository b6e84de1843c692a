/// The catalogue of driver lines that have no Xid number.
struct DriverMeaning {
    let name: String
    let meaning: String
    let faultClass: FaultClass
    let origin: FaultOrigin
    let action: Action
    let lookNext: String

    private init(
        _ name: String, _ meaning: String, _ faultClass: FaultClass, _ origin: FaultOrigin, _ action: Action,
        _ lookNext: String = ""
    ) {
        self.name = name
        self.meaning = meaning
        self.faultClass = faultClass
        self.origin = origin
        self.action = action
        self.lookNext = lookNext
    }

    init(_ kind: DriverFault.Kind) {
        switch kind {
        case .fallenOffBus, .initializationFailed, .boundElsewhere, .probeFailed, .removedInUse, .unbindLock, .nouveau,
            .deviceNamed:
            self = Self.device(kind)
        case .versionMismatch, .nvlinkDiscovery, .unhandledInterrupts, .assertion, .resetRequired, .gspTrace,
            .moduleLoaded,
            .peerMemory,
            .fabricManager, .damagedXid, .other:
            self = Self.software(kind)
        }
    }

    private static func device(_ kind: DriverFault.Kind) -> DriverMeaning {
        switch kind {
        case .initializationFailed:
            DriverMeaning(
                "GPU did not initialise", "The driver found the GPU but could not bring it up", .board, .either,
                .rebootNode,
                "Look for Xid 79, 119 and 143 before it; the same GPU after a reboot: field diagnostics")
        case .boundElsewhere:
            DriverMeaning(
                "GPU belongs to another driver", "For example passed through to a virtual machine", .driver, .none,
                .none)
        case .probeFailed:
            DriverMeaning(
                "Driver could not take its devices", "Probing GPUs failed or never happened", .driver, .software,
                .checkDriver,
                "Another driver (nouveau, vfio-pci) may hold them; read the lines before this one")
        case .removedInUse:
            DriverMeaning(
                "GPU removed while in use", "The kernel waits until the last program closes it", .driver, .software,
                .checkApp,
                "List the processes that hold the GPU's device node")
        case .unbindLock:
            DriverMeaning(
                "GPU could not be locked for a reset", "Somebody still uses the GPU", .driver, .software, .checkApp,
                "List the processes that hold the GPU's device node")
        case .nouveau:
            DriverMeaning(
                "nouveau holds the GPU", "The kernel's own driver keeps NVIDIA's from the GPU", .driver, .software,
                .checkDriver,
                "Blacklist nouveau and reboot")
        default:
            DriverMeaning(kind.rawValue, "A line of the GPU driver", .driver, .none, .none)
        }
    }

    private static func software(_ kind: DriverFault.Kind) -> DriverMeaning {
        switch kind {
        case .versionMismatch:
            DriverMeaning(
                "Driver and library versions differ",
                "A client's library does not fit the loaded kernel module; NVML answers 18",
                .driver, .software, .rebootNode,
                "Or end all GPU work and reload the kernel module; running work goes on")
        case .nvlinkDiscovery:
            DriverMeaning(
                "NVLink bring-up problem", "A peer's links could not be read", .nvlink, .either, .checkNVLink,
                "Read the link states on both ends")
        case .unhandledInterrupts:
            DriverMeaning(
                "Unhandled GPU interrupts", "The driver gets interrupts that it does not expect", .driver, .either,
                .contactSupport)
        case .assertion:
            DriverMeaning("Driver assertion", "Noise by itself; confirms 79 and 119", .driver, .none, .none)
        case .resetRequired:
            DriverMeaning(
                "Driver wants a GPU reset",
                "A GPU takes no more work until it is reset; the line does not give its address",
                .driver, .either, .resetGPU,
                "nvidia-smi -q shows each GPU's recovery action, or on older drivers its reset status; programs on it fail "
                    + "with CUDA error 46")
        case .gspTrace:
            DriverMeaning("GSP trace", "History that the driver prints after Xid 119 and 120", .firmware, .none, .none)
        case .peerMemory:
            DriverMeaning(
                "GPUDirect RDMA error", "nvidia-peermem met an invalid context", .driver, .software, .none,
                "Look at the network program that registered GPU memory")
        case .damagedXid:
            DriverMeaning(
                "Xid line without its number", "The line was cut; what it said is lost", .unknown, .none, .none,
                "Read the kernel log at its source")
        default:
            DriverMeaning(kind.rawValue, "A line of the GPU driver", .driver, .none, .none)
        }
    }
}
