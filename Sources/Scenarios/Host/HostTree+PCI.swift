extension HostTree {
    /// /sys/bus/pci/devices: GPUs, NVSwitches, and the port above each GPU.
    mutating func addPCI() {
        for (index, gpu) in scenario.allGPUs.enumerated() { addGPU(gpu, index) }
        for excluded in scenario.system.excludedGPUs { addDevice(excluded.pci, link: (5, 5, 16, 16)) }
        for address in scenario.nvswitches {
            var place = PCIPlace()
            place.busID = address
            place.deviceID = 0x22a3_10de
            place.subsystemID = 0x1796_10de
            place.classCode = 0x068000
            addDevice(place, link: (4, 4, 2, 2))
        }
        for card in scenario.networkCards { addCard(card) }
    }

    /// A card, on the port of a GPU if it is near one, and its entries in the classes of devices.
    private mutating func addCard(_ card: NetworkCard) {
        let id = card.busID
        let port =
            card.nearGPU.flatMap { index in
                scenario.allGPUs.indices.contains(index) ? Self.port(of: scenario.allGPUs[index].pci.busID) : nil
            } ?? Self.port(of: id)
        let folder = "devices/\(root(of: port))/\(port.sysfsName)/\(id.sysfsName)"
        add("sys/bus/pci/devices/\(id.sysfsName)", .symlink("../../../\(folder)"))
        var place = PCIPlace()
        place.busID = id
        place.deviceID = 0x1021_15b3
        place.subsystemID = 0x0023_15b3
        place.classCode = card.isInfiniBand ? 0x020700 : 0x020000
        place.numaNode = card.numaNode
        addIdentity("sys/\(folder)", place)
        let up = card.isUp
        if !card.name.isEmpty {
            let device = "\(folder)/infiniband/\(card.name)"
            add("sys/class/infiniband/\(card.name)", .symlink("../../\(device)"))
            add("sys/\(device)/device", .symlink("../.."))
            add("sys/\(device)/ports/1/state", up ? "4: ACTIVE\n" : "1: DOWN\n")
            add("sys/\(device)/ports/1/rate", card.rate + "\n")
        }
        for interface in card.interfaces {
            let device = "\(folder)/net/\(interface)"
            add("sys/class/net/\(interface)", .symlink("../../\(device)"))
            add("sys/\(device)/device", .symlink("../.."))
            add("sys/\(device)/operstate", up ? "up\n" : "down\n")
        }
    }

    private static func port(of id: PCIAddress) -> PCIAddress {
        PCIAddress(domain: id.domain, bus: id.bus == 0 ? 0 : id.bus - 1, device: 1)
    }

    private func root(of port: PCIAddress) -> String { "pci\(hex(port.domain, 4)):\(hex(port.bus, 2))" }

    private mutating func addGPU(_ gpu: GPU, _ index: Int) {
        let pcie = gpu.pcie
        var place = gpu.pci
        if place.iommuGroup == nil { place.iommuGroup = 20 + index }
        addDevice(
            place, hasDriver: gpu.isListed,
            link: (
                Int(pcie.generation.value?.start ?? 0), Int(pcie.maxGeneration.value?.start ?? 0),
                Int(pcie.width.value?.start ?? 0), Int(pcie.maxWidth.value?.start ?? 0)
            ))
    }

    private typealias Link = (generation: Int, maxGeneration: Int, width: Int, maxWidth: Int)

    private mutating func addDevice(_ place: PCIPlace, hasDriver: Bool = true, link: Link) {
        let id = place.busID
        let port = Self.port(of: id)
        let root = "devices/\(root(of: port))/\(port.sysfsName)"
        let folder = "\(root)/\(id.sysfsName)"
        add("sys/bus/pci/devices/\(id.sysfsName)", .symlink("../../../\(folder)"))
        add("sys/bus/pci/devices/\(port.sysfsName)", .symlink("../../../\(root)"))
        addIdentity("sys/\(folder)", place)
        if hasDriver { addDriverLink("sys/\(folder)", place) }
        addLink("sys/\(folder)", link, isGone: !place.responds)
        addPort("sys/\(root)", link)
    }

    private mutating func addIdentity(_ folder: String, _ place: PCIPlace) {
        add("\(folder)/vendor", "0x\(hex(place.deviceID & 0xffff, 4))\n")
        add("\(folder)/device", "0x\(hex(place.deviceID >> 16, 4))\n")
        add("\(folder)/subsystem_vendor", "0x\(hex(place.subsystemID & 0xffff, 4))\n")
        add("\(folder)/subsystem_device", "0x\(hex(place.subsystemID >> 16, 4))\n")
        add("\(folder)/class", "0x\(hex(place.classCode, 6))\n")
        add("\(folder)/revision", "0xa1\n")
        add("\(folder)/numa_node", "\(place.numaNode)\n")
        add("\(folder)/local_cpulist", "\(place.cpus.text)\n")
        add("\(folder)/enable", "1\n")
        add("\(folder)/power_state", "\(place.responds ? "D0" : "unknown")\n")
        add("\(folder)/reset_method", "flr bus\n")
        add("\(folder)/config", .file(configuration(place)))
        if let group = place.iommuGroup {
            add("\(folder)/iommu_group", .symlink("../../../../kernel/iommu_groups/\(group)"))
        }
    }

    private mutating func addDriverLink(_ folder: String, _ place: PCIPlace) {
        guard scenario.system.moduleVersion != nil else { return }
        let driver = place.classCode >> 8 == 0x0680 ? "nvidia-nvswitch" : "nvidia"
        add("\(folder)/driver", .symlink("../../../../bus/pci/drivers/\(driver)"))
    }

    /// The first 64 bytes of configuration space; all ones when the device does not answer.
    private func configuration(_ place: PCIPlace) -> [UInt8] {
        guard place.responds else { return Array(repeating: 0xff, count: 64) }
        var bytes = [UInt8](repeating: 0, count: 64)
        for index in 0..<4 {
            let shift = UInt32(index * 8)
            // Vendor, device; then the class above the revision; then the subsystem.
            bytes[index] = UInt8(truncatingIfNeeded: place.deviceID >> shift)
            bytes[8 + index] = UInt8(truncatingIfNeeded: (place.classCode << 8 | 0xa1) >> shift)
            bytes[44 + index] = UInt8(truncatingIfNeeded: place.subsystemID >> shift)
        }
        return bytes
    }

    private mutating func addLink(_ folder: String, _ link: Link, isGone: Bool) {
        add("\(folder)/current_link_speed", isGone ? "Unknown\n" : Self.speed(link.generation))
        add("\(folder)/current_link_width", isGone ? "63\n" : "\(link.width)\n")
        add("\(folder)/max_link_speed", isGone ? "Unknown\n" : Self.speed(link.maxGeneration))
        add("\(folder)/max_link_width", isGone ? "255\n" : "\(link.maxWidth)\n")
        add("\(folder)/aer_dev_correctable", "RxErr 0\nBadTLP 0\nBadDLLP 0\nRollover 0\nTimeout 0\nTOTAL_ERR_COR 0\n")
        add("\(folder)/aer_dev_nonfatal", "Undefined 0\nDLP 0\nTLP 0\nCmpltTO 0\nTOTAL_ERR_NONFATAL 0\n")
        add("\(folder)/aer_dev_fatal", "Undefined 0\nDLP 0\nTLP 0\nCmpltTO 0\nTOTAL_ERR_FATAL 0\n")
    }

    private mutating func addPort(_ folder: String, _ link: Link) {
        add("\(folder)/vendor", "0x8086\n")
        add("\(folder)/device", "0x352a\n")
        add("\(folder)/class", "0x060400\n")
        add("\(folder)/numa_node", "-1\n")
        addLink(folder, link, isGone: false)
    }

    /// A PCIe generation as sysfs prints its speed.
    private static func speed(_ generation: Int) -> String {
        let speeds = ["2.5", "5.0", "8.0", "16.0", "32.0", "64.0"]
        return (1...speeds.count).contains(generation) ? "\(speeds[generation - 1]) GT/s PCIe\n" : "Unknown\n"
    }
}
