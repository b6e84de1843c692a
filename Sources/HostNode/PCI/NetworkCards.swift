package import Snapshots

/// The network cards of a node that sit on the PCI bus, from sysfs.
package struct NetworkCards {
    private let files: any HostFiles
    private static let rdmaFolder = "/sys/class/infiniband"
    private static let netFolder = "/sys/class/net"
    /// More than any node has; virtual functions are left out.
    private static let limit = 64

    package init(_ files: any HostFiles) {
        self.files = files
    }

    /// By bus id; a function with an RDMA device and its network interfaces is one card.
    package func all() -> Reading<[HostNetworkCard]> {
        var cards: [BusID: HostNetworkCard] = [:]
        var failure: HostFileError?
        for (folder, add) in [(Self.rdmaFolder, addRDMA), (Self.netFolder, addInterface)] {
            do throws(HostFileError) {
                for name in try files.list(folder).sorted() where cards.count < Self.limit { add(name, &cards) }
            } catch {
                if error.cause != .missing { failure = error }
            }
        }
        if let failure, cards.isEmpty { return .unavailable(Unavailable(failure)) }
        return .value(cards.values.sorted { $0.busID < $1.busID })
    }

    private func addRDMA(_ name: String, _ cards: inout [BusID: HostNetworkCard]) {
        let folder = "\(Self.rdmaFolder)/\(name)"
        guard var card = card(behind: folder, cards) else { return }
        card.rdmaName = card.rdmaName ?? Text.clean(name.utf8, limit: 64)
        if let state = text("\(folder)/ports/1/state") { card.isUp = state.hasSuffix("ACTIVE") }
        card.rate = text("\(folder)/ports/1/rate")
        cards[card.busID] = card
    }

    private func addInterface(_ name: String, _ cards: inout [BusID: HostNetworkCard]) {
        let folder = "\(Self.netFolder)/\(name)"
        guard var card = card(behind: folder, cards) else { return }
        card.interfaces.append(Text.clean(name.utf8, limit: 64))
        if card.isUp == nil { card.isUp = text("\(folder)/operstate").flatMap { $0 == "unknown" ? nil : $0 == "up" } }
        if card.rate == nil, let speed: Int = number("\(folder)/speed"), speed > 0 { card.rate = "\(speed) Mb/s" }
        cards[card.busID] = card
    }

    /// The PCI function to which a class device belongs; nil for bridges, tunnels and virtual functions.
    private func card(behind folder: String, _ known: [BusID: HostNetworkCard]) -> HostNetworkCard? {
        guard let resolved = try? files.resolve("\(folder)/device") else { return nil }
        let names = HostPath.components(resolved)
        guard let last = names.last, let busID = BusID(last), (try? files.link("\(resolved)/physfn")) == nil else {
            return nil
        }
        if let card = known[busID] { return card }
        let numa: Int? = number("\(resolved)/numa_node")
        return HostNetworkCard(
            busID: busID, numaNode: numa.flatMap { $0 >= 0 ? $0 : nil },
            rootComplex: names.first { $0.hasPrefix("pci") }.map { Text.clean($0.utf8, limit: 32) } ?? "",
            path: names.dropLast().compactMap { BusID($0) })
    }

    private func text(_ path: String) -> String? { (try? files.read(path, limit: 256)).map { Text.clean($0) } }

    private func number<Number: FixedWidthInteger>(_ path: String) -> Number? {
        (try? files.read(path, limit: 64)).flatMap { Text.decimal($0) }
    }
}
