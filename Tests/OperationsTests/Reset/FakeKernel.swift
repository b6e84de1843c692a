import Glibc
import HostNode
import Operations
import Snapshots
import Synchronization

/// A small kernel: reacts to what is written into its files as Linux and nvidia.ko do, or with a fault of our choice.
struct FakeKernel: Sendable {
    typealias Entry = InMemoryHostFiles.Entry

    /// What goes wrong.
    struct Faults: Sendable {
        /// Somebody has the GPU open: the unbind lock is silently not given.
        var lockRefused = false
        var unbindHangs = false
        var unbindFails: Int32?
        /// The write succeeds and the driver stays bound.
        var unbindIgnored = false
        var resetFails: Int32?
        var busResetFails: Int32?
        /// The GPU reads as all ones after the function's reset, or after that of the bus.
        var dies: Set<Death> = []
        var rescanLoses = false
        /// How often the driver refuses the GPU before it takes it.
        var bindFailures = 0
        /// No driver takes the board's audio function again.
        var losesAudio = false
    }

    enum Death: Sendable {
        case afterFunctionReset
        case afterBusReset
    }

    static let gpu = BusID(domain: 0, bus: 0x3b, device: 0)
    static let audio = BusID(domain: 0, bus: 0x3b, device: 0, function: 1)
    static let bridge = BusID(domain: 0, bus: 0x3a, device: 0)
    static let port = "/sys/devices/pci0000:3a/0000:3a:00.0"
    static let device = "\(port)/0000:3b:00.0"
    static let audioDevice = "\(port)/0000:3b:00.1"
    static let lock = "/proc/driver/nvidia/gpus/0000:3b:00.0/unbindLock"
    static let alive = Entry.file([0xde, 0x10, 0x30, 0x23])
    static let dead = Entry.file([0xff, 0xff, 0xff, 0xff])

    var faults: Faults
    var isBound: [BusID: String] = [gpu: "nvidia"]

    init(_ faults: Faults = Faults()) { self.faults = faults }

    /// A GPU behind a bridge of its own; nvidia is bound.
    static func node(hasReset: Bool = true, hasBusReset: Bool = true, hasAudio: Bool = false) -> [String: Entry] {
        var entries: [String: Entry] = [
            "/sys/bus/pci/devices/0000:3b:00.0": .symlink("../../../devices/pci0000:3a/0000:3a:00.0/0000:3b:00.0"),
            "/sys/bus/pci/devices/0000:3a:00.0": .symlink("../../../devices/pci0000:3a/0000:3a:00.0"),
            "\(port)/class": .text("0x060400\n"),
            "\(device)/class": .text("0x030200\n"), "\(device)/vendor": .text("0x10de\n"),
            "\(device)/config": alive, "\(device)/power/control": .text("auto\n"),
            "\(device)/driver": .symlink("../../../../bus/pci/drivers/nvidia"),
            "\(device)/remove": .text(""),
            "/sys/bus/pci/drivers/nvidia/unbind": .text(""), "/sys/bus/pci/drivers_probe": .text(""),
            "/sys/bus/pci/drivers/snd_hda_intel/unbind": .text(""),
            "/sys/bus/pci/rescan": .text(""), lock: .text("0\n"),
        ]
        if hasReset {
            entries["\(device)/reset"] = .text("")
            entries["\(device)/reset_method"] = .text("flr bus\n")
        }
        if hasBusReset { entries["\(port)/reset_subordinate"] = .text("") }
        if hasAudio {
            entries["/sys/bus/pci/devices/0000:3b:00.1"] = .symlink(
                "../../../devices/pci0000:3a/0000:3a:00.0/0000:3b:00.1")
            entries["\(audioDevice)/class"] = .text("0x040300\n")
            entries["\(audioDevice)/driver"] = .symlink("../../../../bus/pci/drivers/snd_hda_intel")
            entries["\(audioDevice)/remove"] = .text("")
        }
        return entries
    }

    /// What the kernel answers to a write, and what it changes in its files by `put`.
    mutating func react(to control: HostControl, _ put: (String, Entry?) -> Void) -> ControlOutcome {
        switch control {
        case .power(_, let word):
            put("\(Self.device)/power/control", .text(word.rawValue + "\n"))
            return .done
        case .unbindLock(_, let held):
            put(Self.lock, .text(held && !faults.lockRefused ? "1\n" : "0\n"))
            return .done
        case .unbind(let address, _): return unbind(address, put)
        case .reset:
            if let code = faults.resetFails { return .failed(errno: code) }
            put("\(Self.device)/config", faults.dies.contains(.afterFunctionReset) ? Self.dead : Self.alive)
            return .done
        case .resetSubordinate:
            if let code = faults.busResetFails { return .failed(errno: code) }
            put("\(Self.device)/config", faults.dies.contains(.afterBusReset) ? Self.dead : Self.alive)
            return .done
        case .remove(let address):
            put("/sys/bus/pci/devices/\(address)", nil)
            return .done
        case .rescan: return rescan(put)
        case .probeDrivers(let address): return bind(address, put)
        }
    }

    private func unbind(_ address: BusID, _ put: (String, Entry?) -> Void) -> ControlOutcome {
        if faults.unbindHangs {
            return .timedOut(StuckChild(pid: 99, wasKilled: false, stack: ["os_delay+0x1/0x2 [nvidia]"]))
        }
        if let code = faults.unbindFails { return .failed(errno: code) }
        if faults.unbindIgnored { return .done }
        put("\(address == Self.gpu ? Self.device : Self.audioDevice)/driver", nil)
        if address == Self.gpu { put(Self.lock, nil) }
        return .done
    }

    private func rescan(_ put: (String, Entry?) -> Void) -> ControlOutcome {
        guard !faults.rescanLoses else { return .done }
        put(
            "/sys/bus/pci/devices/0000:3b:00.0", .symlink("../../../devices/pci0000:3a/0000:3a:00.0/0000:3b:00.0"))
        put("\(Self.device)/config", Self.alive)
        return .done
    }

    private mutating func bind(_ address: BusID, _ put: (String, Entry?) -> Void) -> ControlOutcome {
        guard address == Self.gpu else {
            if faults.losesAudio { return .done }
            put("\(Self.audioDevice)/driver", .symlink("../../../../bus/pci/drivers/snd_hda_intel"))
            return .done
        }
        guard faults.bindFailures == 0 else {
            faults.bindFailures -= 1
            return .done
        }
        put("\(Self.device)/driver", .symlink("../../../../bus/pci/drivers/nvidia"))
        put(Self.lock, .text("0\n"))
        return .done
    }
}

/// The kernel over a tree in memory.
final class FakeNode: NodeControls {
    private struct State: Sendable {
        var kernel: FakeKernel
        var files: InMemoryHostFiles
        var writes: [HostControl] = []
    }

    private let state: Mutex<State>

    init(_ faults: FakeKernel.Faults = .init(), _ entries: [String: FakeKernel.Entry] = FakeKernel.node()) {
        state = Mutex(State(kernel: FakeKernel(faults), files: InMemoryHostFiles(entries)))
    }

    var files: any HostFiles { state.withLock { $0.files } }
    var writes: [HostControl] { state.withLock { $0.writes } }

    func apply(_ control: HostControl) async -> ControlOutcome {
        state.withLock { state in
            state.writes.append(control)
            guard state.files.exists(control.path) else { return .failed(errno: ENOENT) }
            var files = state.files
            let outcome = state.kernel.react(to: control) { files[$0] = $1 }
            state.files = files
            return outcome
        }
    }
}

/// The kernel over real files, into which the agent's own writer writes.
final class RealNode: NodeControls {
    let folder: Folder
    private let writer: HostWriter
    private let kernel: Mutex<FakeKernel>

    init(folder: Folder, writer: HostWriter, _ faults: FakeKernel.Faults) {
        self.folder = folder
        self.writer = writer
        kernel = Mutex(FakeKernel(faults))
    }

    var files: any HostFiles { writer.files }

    func apply(_ control: HostControl) async -> ControlOutcome {
        let written = await writer.apply(control)
        guard written.isDone else { return written }
        return kernel.withLock { kernel in kernel.react(to: control) { folder.put($0, $1) } }
    }
}
