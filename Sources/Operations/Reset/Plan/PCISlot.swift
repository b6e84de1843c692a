package import HostNode
package import Snapshots

/// What lies around a GPU on the PCI bus, and what the kernel offers to reset it.
package struct PCISlot: Sendable, Hashable {
    /// The driver bound to the GPU; empty when none is bound.
    package var driver: Reading<String>
    /// The slot's other functions.
    package var siblings: [PCIFunction]
    /// The bridge above; nil where there is none, as in many virtual machines.
    package var bridge: BusID?
    /// Whatever else is below that bridge. A reset of its bus ends these as well.
    package var neighbours: Reading<[PCIFunction]>
    /// True when the configuration space reads as all ones: the GPU does not answer.
    package var isAllOnes: Reading<Bool>
    /// Whether nvidia.ko has an unbind lock for it.
    package var hasUnbindLock: Bool
    /// What the kernel would try, in order (`reset_method`); not supported where the kernel has no such file.
    package var resetMethods: Reading<[String]>
    /// Whether the kernel offers to reset the function.
    package var hasReset: Bool
    /// Whether the kernel offers to reset the bus below the bridge.
    package var hasBusReset: Bool
    /// Virtual functions that are switched on (`sriov_numvfs`); not supported where it has none.
    package var virtualFunctions: Reading<Int>

    package init(
        driver: Reading<String> = .unavailable(.notRead), siblings: [PCIFunction] = [], bridge: BusID? = nil,
        neighbours: Reading<[PCIFunction]> = .unavailable(.notRead), isAllOnes: Reading<Bool> = .unavailable(.notRead),
        hasUnbindLock: Bool = false, resetMethods: Reading<[String]> = .unavailable(.notSupported),
        hasReset: Bool = false, hasBusReset: Bool = false,
        virtualFunctions: Reading<Int> = .unavailable(.notSupported)
    ) {
        self.driver = driver
        self.siblings = siblings
        self.bridge = bridge
        self.neighbours = neighbours
        self.isAllOnes = isAllOnes
        self.hasUnbindLock = hasUnbindLock
        self.resetMethods = resetMethods
        self.hasReset = hasReset
        self.hasBusReset = hasBusReset
        self.virtualFunctions = virtualFunctions
    }

    /// Whether the whole bus may be reset: nothing but the slot's own functions is below the bridge, and that is known.
    package var isAloneBelowBridge: Bool { bridge != nil && neighbours.value?.isEmpty == true }
}

extension PCISlot {
    private static let folder = "/sys/bus/pci/devices"

    /// Reads it from sysfs and the kernel module's own files.
    package init(_ gpu: BusID, in files: any HostFiles) {
        let device = "\(Self.folder)/\(gpu)"
        let names = (try? files.resolve(device))?.split(separator: "/").map(String.init) ?? []
        let parent = names.dropLast().last.flatMap { BusID($0) }
        self.init(
            driver: Self.driver(device, files),
            bridge: parent,
            isAllOnes: PCIConfiguration.isAllOnes(
                device, powerState: Self.words("\(device)/power_state", files).value?.first, in: files),
            hasUnbindLock: files.exists(HostControl.unbindLock(gpu, held: true).path),
            resetMethods: Self.words("\(device)/reset_method", files),
            hasReset: files.exists(HostControl.reset(gpu).path),
            hasBusReset: parent.map { files.exists(HostControl.resetSubordinate($0).path) } ?? false,
            virtualFunctions: Self.count("\(device)/sriov_numvfs", files))
        addOthers(gpu, names, files)
    }

    /// Every device whose way from the root goes through the bridge; without a bridge only the slot's own functions.
    private mutating func addOthers(_ gpu: BusID, _ names: [String], _ files: any HostFiles) {
        guard let all = try? files.list(Self.folder) else { return neighbours = .unavailable(.noPermission) }
        var others: [PCIFunction] = []
        for name in all.sorted() {
            guard let address = BusID(name), address != gpu else { continue }
            if address.slot == gpu.slot {
                siblings.append(Self.function(address, files))
            } else if let bridge, Self.way(to: name, files).contains(bridge) {
                others.append(Self.function(address, files))
            }
        }
        // The bridges on the way to the GPU are above it, but a switch below the bridge would be in the list with its ports.
        neighbours = names.isEmpty ? .unavailable(.notRead) : .value(others)
    }

    private static func way(to name: String, _ files: any HostFiles) -> [BusID] {
        let path = (try? files.resolve("\(folder)/\(name)")) ?? ""
        return path.split(separator: "/").dropLast().compactMap { BusID($0) }
    }

    private static func function(_ address: BusID, _ files: any HostFiles) -> PCIFunction {
        let device = "\(folder)/\(address)"
        let code = (try? files.read("\(device)/class", limit: 64)).map { String(decoding: $0, as: UTF8.self) } ?? ""
        return PCIFunction(address: address, driver: driver(device, files).value ?? "", kind: kind(code))
    }

    /// The kind for a class code as sysfs writes it, `0x030200`.
    private static func kind(_ code: String) -> String {
        let kinds = [
            "0x01": "storage", "0x02": "network", "0x0300": "graphics", "0x0302": "GPU", "0x0403": "audio",
            "0x0604": "bridge", "0x0680": "NVSwitch or bridge", "0x0c03": "USB", "0x0207": "InfiniBand",
        ]
        return kinds[String(code.prefix(6))] ?? kinds[String(code.prefix(4))] ?? "device"
    }

    private static func driver(_ device: String, _ files: any HostFiles) -> Reading<String> {
        do throws(HostFileError) {
            return .value(try files.link("\(device)/driver").split(separator: "/").last.map(String.init) ?? "")
        } catch {
            // No link: nobody is bound, as long as the device itself is there.
            return error.cause == .missing && files.exists(device) ? .value("") : .unavailable(Unavailable(error))
        }
    }

    private static func count(_ path: String, _ files: any HostFiles) -> Reading<Int> {
        switch words(path, files) {
        case .value(let words): words.first.flatMap { Int($0) }.map(Reading.value) ?? .unavailable(.notSupported)
        case .unavailable(let reason): .unavailable(reason)
        }
    }

    private static func words(_ path: String, _ files: any HostFiles) -> Reading<[String]> {
        do throws(HostFileError) {
            let text = String(decoding: try files.read(path, limit: 256), as: UTF8.self)
            return .value(text.split { $0 == " " || $0 == "\n" }.map(String.init))
        } catch {
            return .unavailable(Unavailable(error))
        }
    }
}
