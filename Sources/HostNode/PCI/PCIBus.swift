package import Snapshots

/// The NVIDIA devices on the PCI bus, from sysfs.
package struct PCIBus: Sendable {
    let files: any HostFiles
    static let folder = "/sys/bus/pci/devices"
    static let nvidia: UInt16 = 0x10de

    package init(_ files: any HostFiles) {
        self.files = files
    }

    /// GPUs and NVSwitches, by bus id; audio and USB functions of graphics boards are left out.
    package func devices() -> Reading<[HostPCIDevice]> {
        do throws(HostFileError) {
            let found = try files.list(Self.folder).compactMap(device)
            return .value(found.sorted { $0.busID < $1.busID })
        } catch {
            return .unavailable(Unavailable(error))
        }
    }

    private func device(_ name: String) -> HostPCIDevice? {
        let folder = "\(Self.folder)/\(name)"
        guard let vendor: UInt16 = number("\(folder)/vendor"), vendor == Self.nvidia, let busID = BusID(name),
            let code: UInt32 = number("\(folder)/class"), let kind = HostPCIDevice.Kind(classCode: code)
        else { return nil }
        var device = HostPCIDevice(busID: busID, kind: kind, deviceID: number("\(folder)/device") ?? 0)
        device.driver = driver(folder)
        device.numaNode = files.reading("\(folder)/numa_node") { Text.decimal($0).flatMap { $0 >= 0 ? $0 : nil } }
        device.powerState = files.reading("\(folder)/power_state") { Text.clean($0) }
        device.isConfigurationAllOnes = PCIConfiguration.isAllOnes(
            folder, powerState: device.powerState.value, in: files)
        device.link = link(folder, isLost: device.isConfigurationAllOnes.value ?? false)
        device.errors = errors(folder)
        setPosition(of: &device, folder)
        return device
    }

    func number<Number: FixedWidthInteger>(_ path: String) -> Number? {
        (try? files.read(path, limit: 64)).flatMap { Text.hexadecimal($0) }
    }

    /// The last name in the target of the link to the driver; without a link none is bound.
    private func driver(_ folder: String) -> Reading<String> {
        do throws(HostFileError) {
            return .value(HostPath.name(try files.link("\(folder)/driver")))
        } catch {
            return error.cause == .missing ? .value("") : .unavailable(Unavailable(error))
        }
    }

    /// The bridges above a device are the parents of what its entry in the bus folder links to.
    private func setPosition(of device: inout HostPCIDevice, _ folder: String) {
        guard let resolved = try? files.resolve(folder) else { return }
        let names = HostPath.components(resolved).dropLast()
        device.path = names.compactMap { BusID($0) }
        device.rootComplex = names.first { $0.hasPrefix("pci") }.map { Text.clean($0.utf8, limit: 32) }
        guard let parent = names.last, let port = BusID(parent) else { return }
        let portFolder = HostPath.joined(names)
        device.upstream = HostPCIPort(busID: port, link: link(portFolder, isLost: false), errors: errors(portFolder))
    }

    private func link(_ folder: String, isLost: Bool) -> HostPCILink {
        guard !isLost else {
            let lost: Reading<Int> = .unavailable(.gpuLost)
            return HostPCILink(currentWidth: lost, maximumWidth: lost)
        }
        return HostPCILink(
            currentWidth: files.reading("\(folder)/current_link_width", HostPCILink.width),
            maximumWidth: files.reading("\(folder)/max_link_width", HostPCILink.width))
    }

    private func errors(_ folder: String) -> HostPCIErrors {
        HostPCIErrors(
            correctable: files.reading("\(folder)/aer_dev_correctable", HostPCIErrors.Counters.init(file:)),
            nonFatal: files.reading("\(folder)/aer_dev_nonfatal", HostPCIErrors.Counters.init(file:)),
            fatal: files.reading("\(folder)/aer_dev_fatal", HostPCIErrors.Counters.init(file:)))
    }
}

extension HostPCIDevice.Kind {
    /// The kind for a class code as sysfs writes it (class, subclass, interface: 24 bits); nil for devices of no interest.
    init?(classCode: UInt32) {
        switch classCode >> 8 {
        case 0x0300, 0x0302: self = .gpu
        case 0x0680: self = .nvSwitch
        default: return nil
        }
    }
}

extension HostPCILink {
    /// Lanes; sysfs writes 0 without a link, and 63 or 255 where the device does not tell.
    static func width(_ bytes: [UInt8]) -> Int? {
        Text.decimal(bytes).flatMap { (1...32).contains($0) ? $0 : nil }
    }
}

extension HostPCIErrors.Counters {
    /// Lines `NAME COUNT`, the last one `TOTAL_ERR_...`; nil if no line is like that.
    init?(file bytes: [UInt8]) {
        let counters = Text.lines(bytes).compactMap { line -> HostPCIErrors.Counter? in
            let words = Text.words(line)
            guard words.count == 2, let count = UInt64(words[1]) else { return nil }
            return HostPCIErrors.Counter(name: words[0], count: count)
        }
        guard !counters.isEmpty else { return nil }
        let named = counters.filter { !$0.name.hasPrefix("TOTAL_") }
        let sum = named.reduce(0 as UInt64) { $0.addingReportingOverflow($1.count).partialValue }
        self.init(
            total: counters.last { $0.name.hasPrefix("TOTAL_") }?.count ?? sum, nonzero: named.filter { $0.count > 0 })
    }
}
