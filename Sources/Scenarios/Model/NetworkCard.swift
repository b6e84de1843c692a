/// A network card of the node.
package struct NetworkCard: ScenarioSection, Sendable {
    package var busID = PCIAddress(domain: 0, bus: 0, device: 0)
    /// Its name as an RDMA device; empty for a card without.
    package var name = ""
    package var interfaces: [String] = []
    /// Index of the GPU whose PCIe port it shares; nil: it has one of its own.
    package var nearGPU: Int?
    package var numaNode = -1
    package var isUp = true
    package var isInfiniBand = true
    /// As sysfs writes it.
    package var rate = "400 Gb/sec (4X NDR)"

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        guard let text = try reader.string("bus_id"), let parsed = PCIAddress(text) else {
            throw ScenarioError("expected a PCI address like \"0000:18:00.0\"", at: reader.place("bus_id"))
        }
        busID = parsed
        name = try reader.string("name") ?? ""
        interfaces = try reader.strings("interfaces")
        nearGPU = try reader.integer("near_gpu")
        numaNode = try reader.integer("numa_node") ?? -1
        isUp = try reader.flag("up", true)
        isInfiniBand = try reader.flag("infiniband", true)
        rate = try reader.string("rate") ?? rate
    }
}
