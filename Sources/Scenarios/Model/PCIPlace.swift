/// Where a GPU is on the PCI bus, and near which processors.
package struct PCIPlace: ScenarioSection, Sendable {
    package var busID = PCIAddress(domain: 0, bus: 0, device: 0)
    /// Device id in the upper half, vendor id in the lower, as NVML gives it.
    package var deviceID: UInt32 = 0
    package var subsystemID: UInt32 = 0
    /// 0x030200 is a 3D controller, 0x030000 a VGA controller.
    package var classCode: UInt32 = 0x030200
    package var numaNode = -1
    package var cpus = CPUList()
    package var iommuGroup: Int?
    /// Whether the device still answers on the bus; its entry in sysfs stays when it does not.
    package var responds = true

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        if let text = try reader.string("bus_id") {
            guard let parsed = PCIAddress(text) else {
                throw ScenarioError("expected a PCI address like \"0000:3b:00.0\"", at: reader.place("bus_id"))
            }
            busID = parsed
        }
        deviceID = UInt32(truncatingIfNeeded: try reader.integer("device_id") ?? 0)
        subsystemID = UInt32(truncatingIfNeeded: try reader.integer("subsystem_id") ?? 0)
        classCode = UInt32(truncatingIfNeeded: try reader.integer("class") ?? 0x030200)
        numaNode = try reader.integer("numa_node") ?? -1
        if let text = try reader.string("cpu_affinity") {
            guard let parsed = CPUList(text) else {
                throw ScenarioError("expected processors like \"0-55,112-167\"", at: reader.place("cpu_affinity"))
            }
            cpus = parsed
        }
        iommuGroup = try reader.integer("iommu_group")
        responds = try reader.flag("responds", true)
    }
}

/// A set of processors, written like "0-55,112-167".
package struct CPUList: Sendable, Equatable {
    package var text = ""
    package var ranges: [ClosedRange<Int>] = []

    package init() {}

    package init?(_ text: String) {
        self.text = text
        for part in text.split(separator: ",") {
            let ends = part.split(separator: "-").map { Int($0) }
            guard let first = ends.first ?? nil, let last = ends.last ?? nil, first >= 0, first <= last, last < 8192,
                ends.count <= 2
            else { return nil }
            ranges.append(first...last)
        }
    }
}
