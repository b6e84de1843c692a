internal import CNVML
internal import Scenarios

/// Which reading an NVML field id means on one GPU.
struct FieldTable: Sendable {
    /// A field's reading and the type of its value (NVML_VALUE_TYPE_*).
    struct Entry: Sendable {
        var reading = NumericReading.absent
        var type: UInt32 = NVML_VALUE_TYPE_UNSIGNED_INT
    }

    /// One more than the largest field id that this library knows (header of 13.5).
    static let end = 310
    /// "All links" as a scope.
    static let allLinks = UInt32.max

    private var entries = [Entry](repeating: Entry(), count: FieldTable.end)
    private let links: [NVLinkReadings]

    init(_ gpu: GPU, eccTotals: [[NumericReading]]) {
        links = gpu.nvlink.links
        addECC(gpu, eccTotals)
        addRepair(gpu)
        addTelemetry(gpu)
        addPCIe(gpu)
        addLinks(gpu)
        for (id, reading) in gpu.fields where Int(id) < Self.end { entries[Int(id)].reading = reading }
    }

    mutating func add(_ id: Int, _ reading: NumericReading, _ type: UInt32 = NVML_VALUE_TYPE_UNSIGNED_INT) {
        entries[id] = Entry(reading: reading, type: type)
    }

    /// The reading of a field.
    ///
    /// - Returns: nil for a field id or a link that does not exist.
    func entry(_ id: UInt32, scope: UInt32) -> Entry? {
        guard id > 0, id < Self.end else { return nil }
        let entry = entries[Int(id)]
        guard entry.reading == .absent, Self.isPerLink(id) else { return entry }
        guard !links.isEmpty else { return entry }
        if scope == Self.allLinks {
            return Entry(reading: .sum(links.map { Self.reading(id, of: $0) }), type: Self.linkType(id))
        }
        guard Int(scope) < links.count else { return nil }
        return Entry(reading: Self.reading(id, of: links[Int(scope)]), type: Self.linkType(id))
    }

    /// Fields whose scope is a link.
    private static func isPerLink(_ id: UInt32) -> Bool {
        id == 146 || (161...167).contains(id) || (201...222).contains(id) || (235...250).contains(id)
            || (289...296).contains(id)
    }

    private static func linkType(_ id: UInt32) -> UInt32 {
        id == 146 || (164...167).contains(id) ? NVML_VALUE_TYPE_UNSIGNED_INT : NVML_VALUE_TYPE_UNSIGNED_LONG_LONG
    }

    private static func reading(_ id: UInt32, of link: NVLinkReadings) -> NumericReading {
        switch id {
        case 146: link.remoteLink
        case 161: link.replay
        case 162: link.recovery
        case 163: link.crcFlit
        case 164: link.speed
        case 165: link.active
        case 166: link.version
        case 167: link.powerState
        default: link.nvlink5?.fields[id] ?? .absent
        }
    }
}
