/// A network card as the PCI bus shows it: what GPUs reach other nodes through.
package struct HostNetworkCard: Sendable, Hashable {
    package var busID: BusID
    /// Its name as an RDMA device (`mlx5_0`); nil for a card that only carries Ethernet.
    package var rdmaName: String?
    /// Its network interfaces (`ibp24s0`, `eth0`), by name.
    package var interfaces: [String]
    /// Whether its first port is up; nil where nothing tells.
    package var isUp: Bool?
    /// The first port's rate in the kernel's words, `400 Gb/sec (4X NDR)`; nil where nothing tells.
    package var rate: String?
    /// The NUMA node; nil where the firmware names none.
    package var numaNode: Int?
    /// The root complex, `pci0000:17`.
    package var rootComplex: String
    /// The bridges from the root complex down to it, itself left out.
    package var path: [BusID]

    package init(
        busID: BusID, rdmaName: String? = nil, interfaces: [String] = [], isUp: Bool? = nil, rate: String? = nil,
        numaNode: Int? = nil, rootComplex: String = "", path: [BusID] = []
    ) {
        self.busID = busID
        self.rdmaName = rdmaName
        self.interfaces = interfaces
        self.isUp = isUp
        self.rate = rate
        self.numaNode = numaNode
        self.rootComplex = rootComplex
        self.path = path
    }

    /// What people call it.
    package var name: String { rdmaName ?? interfaces.first ?? "\(busID)" }
}

extension HostNetworkCard: SnapshotCodable {
    package init() { self.init(busID: BusID()) }

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&busID)
        try coder.code(&rdmaName)
        try coder.code(&interfaces)
        try coder.code(&isUp)
        try coder.code(&rate)
        try coder.code(&numaNode)
        try coder.code(&rootComplex)
        try coder.code(&path)
    }
}
