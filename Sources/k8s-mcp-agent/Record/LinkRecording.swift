internal import JSON
internal import Snapshots

/// A GPU's links as a scenario describes them: what most links have in common once, then those that differ.
struct LinkRecording {
    let links: GPULinks

    func add(to json: inout JSONObject) {
        var nvlink = JSONObject()
        nvlink.set("link_count", links.count)
        if let first = links.links.first.map(Self.link) {
            nvlink["all_links"] = .object(first)
            let others = links.links.compactMap { Self.difference(Self.link($0), first, $0.number) }
            if !others.isEmpty { nvlink["links"] = .array(others) }
        }
        json.set("nvlink", section: nvlink)
        var c2c = JSONObject()
        c2c.set("link_count", links.c2cCount)
        c2c.set("active", links.c2cLinks.first?.isActive)
        c2c.set("max_bandwidth_mbps", links.c2cLinks.first?.maxBandwidthMBps)
        json.set("c2c", section: c2c)
    }

    private static func link(_ link: GPULink) -> JSONObject {
        var json = JSONObject()
        json.set("active", link.isActive)
        json.set("version", link.version)
        json.set("speed_mbps", link.speedMBps)
        json.set("remote_type", link.remoteType)
        json.set("remote_bus_id", link.remoteBusID, isExplicit: true) { .string("\($0)") }
        let errors = link.errors
        json.set("replay", errors.replay)
        json.set("recovery", errors.recovery)
        json.set("crc_flit", errors.crcFlit)
        json.set("crc_data", errors.crcData)
        json.set("ecc_data", errors.eccData)
        json.set("nvlink5", section: packets(errors))
        return json
    }

    private static func packets(_ errors: GPULinkErrors) -> JSONObject {
        var json = JSONObject()
        json.set("malformed_packets", errors.malformedPackets)
        json.set("buffer_overruns", errors.bufferOverruns)
        json.set("rx_errors", errors.receiveErrors)
        json.set("rx_remote_errors", errors.receiveRemoteErrors)
        json.set("rx_general_errors", errors.receiveGeneralErrors)
        json.set("local_integrity_errors", errors.localIntegrityErrors)
        json.set("tx_discards", errors.transmitDiscards)
        json.set("recovery_successful", errors.recoveriesSucceeded)
        json.set("recovery_failed", errors.recoveriesFailed)
        json.set("effective_errors", errors.effectiveErrors)
        json.set("effective_ber", errors.effectiveBER)
        json.set("symbol_errors", errors.symbolErrors)
        json.set("symbol_ber", errors.symbolBER)
        return json
    }

    /// What a link has otherwise than the first one; nil if nothing.
    private static func difference(_ link: JSONObject, _ first: JSONObject, _ number: UInt32) -> JSONValue? {
        guard link != first else { return nil }
        var json = JSONObject([("link", .int(Int64(number)))])
        for member in link where first[member.key] != member.value { json.append(member.key, member.value) }
        for member in first where link[member.key] == nil { json.append(member.key, .null) }
        return .object(json)
    }
}
