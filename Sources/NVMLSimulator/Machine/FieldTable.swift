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
    /// The fields that are asked link by link: one block of `linkFields.count` for each link, then one for all of them.
    private var linkEntries: [Entry] = []
    private let linkCount: Int

    init(_ gpu: GPU, eccTotals: [[NumericReading]]) {
        let links = gpu.nvlink.links
        linkCount = links.count
        addECC(gpu, eccTotals)
        addRepair(gpu)
        addTelemetry(gpu)
        addPCIe(gpu)
        addLinks(gpu)
        for (id, reading) in gpu.fields where Int(id) < Self.end { entries[Int(id)].reading = reading }
        guard !links.isEmpty else { return }
        linkEntries = links.flatMap { link in
            Self.linkFields.map { Entry(reading: Self.reading($0, of: link), type: Self.linkType($0)) }
        }
        linkEntries += Self.linkFields.map { id in
            Entry(reading: .sum(links.map { Self.reading(id, of: $0) }), type: Self.linkType(id))
        }
    }

    mutating func add(_ id: Int, _ reading: NumericReading, _ type: UInt32 = NVML_VALUE_TYPE_UNSIGNED_INT) {
        entries[id] = Entry(reading: reading, type: type)
    }

    /// The reading of a field.
    ///
    /// - Returns: nil for a field id or a link that does not exist.
    func entry(_ id: UInt32, scope: UInt32) -> Entry? {
        guard id > 0, id < Self.end else { return nil }
        let place = Self.linkPlaces[Int(id)]
        guard place >= 0, linkCount > 0, entries[Int(id)].reading == .absent else { return entries[Int(id)] }
        let link = scope == Self.allLinks ? linkCount : Int(scope)
        guard link <= linkCount, scope != UInt32(linkCount) else { return nil }
        return linkEntries[link * Self.linkFields.count + place]
    }

    /// Fields whose scope is a link.
    private static let linkFields: [UInt32] =
        [146] + Array(161...167) + Array(201...222) + Array(235...250) + Array(289...296)

    /// Where a field is among `linkFields`, by its id; -1 for all others.
    private static let linkPlaces: [Int] = (0..<end).map { id in
        linkFields.firstIndex(of: UInt32(id)) ?? -1
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
