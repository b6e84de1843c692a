internal import Diagnosis
internal import JSON
internal import Snapshots

/// The NVLinks of one GPU in the words of an answer: links that are alike are said together.
enum LinkFields {
    static func links(_ links: GPULinks, _ detail: Detail) -> [[Field]] {
        guard detail != .full else { return links.links.map { link($0) } }
        var groups: [(key: [Field], numbers: [UInt32])] = []
        for link in links.links {
            let key = common(link)
            if let index = groups.firstIndex(where: { $0.key == key }) {
                groups[index].numbers.append(link.number)
            } else {
                groups.append((key, [link.number]))
            }
        }
        return groups.map { [Field(key: "links", value: .text(NumberList.text($0.numbers)))] + $0.key }
    }

    /// Links with errors, each with its counters that are not 0.
    static func errors(_ links: GPULinks) -> [[Field]] {
        links.links.compactMap { link in
            let counters = counters(link.errors, isFull: false)
            return counters.isEmpty
                ? nil : [Field(key: "link", value: .uint(UInt64(link.number)))] + counters
        }
    }

    /// What links should have told and did not, each reading and reason once.
    static func missing(_ links: GPULinks) -> [MissingReading] {
        var missing: [MissingReading] = []
        func note(_ reading: String, _ reason: Unavailable?) {
            guard let reason, !reason.isNormal else { return }
            let new = MissingReading(reading: reading, reason: reason)
            if !missing.contains(new) { missing.append(new) }
        }
        for link in links.links {
            note("nvlinks.version", link.version.reason)
            note("nvlinks.speed_mbps", link.speedMBps.reason)
            note("nvlinks.remote", link.remoteType.reason)
            for path in GPULinkErrors.all { note("nvlink_errors", link.errors[keyPath: path].reason) }
        }
        return missing
    }

    private static func common(_ link: GPULink) -> [Field] {
        var fields = [Field(key: "state", value: .text(state(link)))]
        if let version = link.version.value {
            fields.append(Field(key: "version", value: .text(NVMLWords.nvlinkVersion(version))))
        }
        if let speed = link.speedMBps.value { fields.append(Field(key: "speed_mbps", value: .uint(UInt64(speed)))) }
        if let type = link.remoteType.value { fields.append(Field(key: "remote", value: .text(remote(type)))) }
        return fields
    }

    private static func link(_ link: GPULink) -> [Field] {
        var fields = [Field(key: "links", value: .text("\(link.number)"))] + common(link)
        if let busID = link.remoteBusID.value {
            fields.append(Field(key: "remote_bus_id", value: .text("\(busID)")))
        }
        return fields + counters(link.errors, isFull: true)
    }

    private static func state(_ link: GPULink) -> String {
        switch link.isActive {
        case .value(true): "active"
        case .value(false): "down"
        case .unavailable(let reason): reason.word
        }
    }

    private static func remote(_ type: UInt32) -> String {
        switch type {
        case 0: "gpu"
        case 1: "npu"
        case 2: "switch"
        default: "unknown"
        }
    }

    private static func counters(_ errors: GPULinkErrors, isFull: Bool) -> [Field] {
        zip(names, GPULinkErrors.all).compactMap { name, path in
            guard let value = errors[keyPath: path].value else { return nil }
            if name.hasSuffix("_ber") {
                return BitErrorRate(value).map { Field(key: name, value: .text("\($0)")) }
            }
            return value > 0 || isFull ? Field(key: name, value: .uint(value)) : nil
        }
    }

    /// In the order of ``GPULinkErrors/all``.
    private static let names = [
        "replay", "recovery", "crc_flit", "crc_data", "ecc_data", "malformed_packets", "buffer_overruns",
        "receive_errors", "receive_remote_errors", "receive_general_errors", "local_integrity_errors",
        "transmit_discards", "recoveries_succeeded", "recoveries_failed", "effective_errors", "effective_ber",
        "symbol_errors", "symbol_ber",
    ]

    private static let counterSchema: [(String, JSONValue)] = names.map {
        ($0, $0.hasSuffix("_ber") ? Schema.string("Bit error rate") : Schema.integer())
    }

    static let linkSchema = Schema.array(
        Schema.object(
            [
                ("links", Schema.string("Link numbers, such as 0-5,7")), ("state", Schema.string()),
                ("version", Schema.string()), ("speed_mbps", Schema.integer()),
                ("remote", Schema.choice(["gpu", "npu", "switch", "unknown"])), ("remote_bus_id", Schema.string()),
            ] + counterSchema))

    static let errorSchema = Schema.array(
        Schema.object([("link", Schema.integer())] + counterSchema), "Links with errors since driver load")
}
