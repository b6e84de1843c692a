import HostNode
import Snapshots
import Testing

@Suite struct NetworkCardTests {
    private static let card = "/sys/devices/pci0000:17/0000:17:01.0/0000:18:00.0/0000:19:01.0/0000:1a:00.0"
    private static let virtual = "/sys/devices/pci0000:17/0000:17:01.0/0000:18:00.0/0000:19:01.0/0000:1a:00.1"

    private static let node: [String: InMemoryHostFiles.Entry] = [
        "\(card)/numa_node": .text("1\n"), "\(card)/infiniband/mlx5_3/device": .symlink("../.."),
        "\(card)/infiniband/mlx5_3/ports/1/state": .text("4: ACTIVE\n"),
        "\(card)/infiniband/mlx5_3/ports/1/rate": .text("400 Gb/sec (4X NDR)\n"),
        "\(card)/net/ibp26s0/device": .symlink("../.."), "\(card)/net/ibp26s0/operstate": .text("down\n"),
        "\(virtual)/physfn": .symlink("../0000:1a:00.0"), "\(virtual)/net/v0/device": .symlink("../.."),
        "/sys/devices/virtual/net/lo/operstate": .text("unknown\n"),
        "/sys/class/infiniband/mlx5_3": .symlink("../..\(card.dropFirst(4))/infiniband/mlx5_3"),
        "/sys/class/net/ibp26s0": .symlink("../..\(card.dropFirst(4))/net/ibp26s0"),
        "/sys/class/net/v0": .symlink("../..\(virtual.dropFirst(4))/net/v0"),
        "/sys/class/net/lo": .symlink("../../devices/virtual/net/lo"),
    ]

    @Test(arguments: Tree.allCases) func aCardIsWhatIsOnTheBus(_ tree: Tree) throws {
        let cards = try #require(NetworkCards(try tree.files(Self.node)).all().value)
        #expect(
            cards == [
                HostNetworkCard(
                    busID: BusID(domain: 0, bus: 0x1a, device: 0), rdmaName: "mlx5_3", interfaces: ["ibp26s0"],
                    isUp: true, rate: "400 Gb/sec (4X NDR)", numaNode: 1, rootComplex: "pci0000:17",
                    path: [
                        BusID(domain: 0, bus: 0x17, device: 1), BusID(domain: 0, bus: 0x18, device: 0),
                        BusID(domain: 0, bus: 0x19, device: 1),
                    ])
            ])
    }

    @Test(arguments: Tree.allCases) func aNodeWithoutAnyHasNone(_ tree: Tree) throws {
        #expect(NetworkCards(try tree.files([:])).all() == .value([]))
    }
}
