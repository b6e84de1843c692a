package import HostNode
package import Snapshots

/// One of the few files of a node into which a reset writes, and what it writes there.
///
/// There is no way to write anything else: neither path nor text come from a caller.
package enum HostControl: Sendable, Hashable {
    /// Runtime power management off (`on`) or as it was; the GPU must not fall asleep in between.
    case power(BusID, PowerControl)
    /// Asks nvidia.ko to refuse new opens of a GPU that nobody uses, or to allow them again. Taken or not, the write succeeds:
    /// the file has to be read back (open-gpu-kernel-modules 595, nv-procfs.c).
    case unbindLock(BusID, held: Bool)
    /// Takes the driver off a function. With an open client of nvidia.ko this sleeps in the kernel without end.
    case unbind(BusID, driver: String)
    /// Resets a function with the kernel's own method (Documentation/ABI/testing/sysfs-bus-pci).
    case reset(BusID)
    /// Resets everything below a bridge with its configuration saved and restored (Linux 6.13 and newer).
    case resetSubordinate(BusID)
    /// Takes a function out of the kernel's tree until the next rescan.
    case remove(BusID)
    /// Has the kernel look for devices on all buses.
    case rescan
    /// Gives a function to the driver that wants it.
    case probeDrivers(BusID)

    /// A word of `power/control`.
    package enum PowerControl: String, Sendable, Hashable {
        case on
        case auto
    }

    /// The file, below the node's root.
    package var path: String {
        switch self {
        case .power(let address, _): "\(Self.device(address))/power/control"
        case .unbindLock(let address, _): "/proc/driver/nvidia/gpus/\(address)/unbindLock"
        case .unbind(let address, _): "\(Self.device(address))/driver/unbind"
        case .reset(let address): "\(Self.device(address))/reset"
        case .resetSubordinate(let bridge): "\(Self.device(bridge))/reset_subordinate"
        case .remove(let address): "\(Self.device(address))/remove"
        case .rescan: "/sys/bus/pci/rescan"
        case .probeDrivers: "/sys/bus/pci/drivers_probe"
        }
    }

    /// What is written.
    package var text: String {
        switch self {
        case .power(_, let word): word.rawValue
        case .unbindLock(_, let held): held ? "1" : "0"
        case .unbind(let address, _), .probeDrivers(let address): "\(address)"
        case .reset, .resetSubordinate, .remove, .rescan: "1"
        }
    }

    /// How long the kernel may take: a reset waits up to 60 s for the device to answer again, a probe of a GPU's driver tens of
    /// seconds for its firmware.
    package var limit: Duration {
        switch self {
        case .reset, .resetSubordinate: .seconds(90)
        case .probeDrivers, .rescan: .seconds(120)
        case .unbind, .remove: .seconds(30)
        case .power, .unbindLock: .seconds(10)
        }
    }

    private static func device(_ address: BusID) -> String { "/sys/bus/pci/devices/\(address)" }
}

extension HostControl: CustomStringConvertible {
    /// As a person would do it in a shell.
    package var description: String { "echo \(text) > \(path)" }
}

/// What came of a write.
package enum ControlOutcome: Sendable, Hashable {
    case done
    /// The errno that the kernel answered.
    case failed(errno: Int32)
    /// It did not come back in time. The child that writes is still there if the kernel does not let it be killed.
    case timedOut(StuckChild)

    /// Whether the kernel accepted it.
    package var isDone: Bool { self == .done }
}

/// A child that did not end in time.
package struct StuckChild: Sendable, Hashable {
    package var pid: Int32
    /// False: not even SIGKILL ended it, and only a reboot of the node will.
    package var wasKilled: Bool
    /// Where it sleeps in the kernel, innermost function first; empty where that cannot be read.
    package var stack: [String]

    package init(pid: Int32, wasKilled: Bool, stack: [String] = []) {
        self.pid = pid
        self.wasKilled = wasKilled
        self.stack = stack
    }
}

/// Reads and changes the state of a node's devices; a test puts a kernel of its own in this place.
package protocol NodeControls: Sendable {
    /// The node's files, for reading back.
    var files: any HostFiles { get }

    /// Writes one control and waits for the kernel, at most as long as the control says.
    func apply(_ control: HostControl) async -> ControlOutcome
}
