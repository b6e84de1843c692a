internal import JSON
internal import Snapshots

/// One GPU as a scenario describes it.
struct GPURecording {
    let gpu: GPUSnapshot
    let pci: HostPCIDevice?

    var json: JSONObject {
        var json = JSONObject([("index", .int(Int64(gpu.index)))])
        json.set("identity", section: identity)
        json.set("pci", section: place)
        if let refusal = gpu.refusal {
            let fault = JSONObject([("call", "*"), ("result", .int(Int64(refusal.returnCode)))])
            json["faults"] = .array([.object(fault)])
            return json
        }
        addInventory(&json)
        addTelemetry(&json)
        gpu.memoryHealth.map { MemoryRecording(memory: $0).add(to: &json) }
        gpu.links.map { LinkRecording(links: $0).add(to: &json) }
        json.set("fabric", section: fabric)
        json.set("mig", section: mig)
        if let processes = gpu.processes { json["processes"] = .array(Self.list(processes)) }
        return json
    }

    private var identity: JSONObject {
        var json = JSONObject()
        json.set("name", gpu.name)
        json.set("uuid", gpu.uuid, isExplicit: true)
        let inventory = gpu.inventory
        json.set("architecture", inventory?.architecture)
        json.set("compute_capability", inventory?.computeCapability) { .string("\($0 / 10).\($0 % 10)") }
        json.set("serial", inventory?.serial, isExplicit: true)
        json.set("board_part_number", inventory?.boardPartNumber)
        json.set("minor_number", inventory?.minorNumber, isExplicit: true)
        json.set("module_id", inventory?.moduleID, isExplicit: true)
        return json
    }

    private var place: JSONObject {
        var json = JSONObject()
        if let busID = gpu.busID.value ?? pci?.busID { json["bus_id"] = .string("\(busID)") }
        if let pci { json["device_id"] = .int(Int64(pci.deviceID) << 16 | 0x10de) }
        let topology = gpu.topology
        if let node = topology?.nearNUMANodes.value?.first { json["numa_node"] = .int(Int64(node)) }
        if let cpus = topology?.cpuAffinity.value, !cpus.isEmpty { json["cpu_affinity"] = .string(cpus) }
        if pci?.isConfigurationAllOnes.value == true { json["responds"] = false }
        return json
    }

    private var fabric: JSONObject {
        var json = JSONObject()
        guard let fabric = gpu.fabric else { return json }
        guard fabric.state.reason != .notSupported else { return json }
        json.set("state", fabric.state)
        if let status = fabric.status.value { json["status"] = .int(Int64(status)) }
        if let cluster = fabric.clusterUUID.value { json["cluster_uuid"] = .string(cluster) }
        if let clique = fabric.cliqueID.value { json["clique_id"] = .int(Int64(clique)) }
        if let mask = fabric.healthMask.value { json["health_mask"] = .int(Int64(mask)) }
        json.set("health_summary", fabric.healthSummary)
        return json
    }

    private static func list(_ processes: GPUProcesses) -> [JSONValue] {
        [("compute", processes.compute), ("graphics", processes.graphics), ("mps", processes.mps)].flatMap {
            kind, list in
            (list.value ?? []).map { process in
                var json = JSONObject([("pid", .int(Int64(process.pid))), ("kind", .string(kind))])
                if let used = process.usedMemoryBytes { json["used_memory_bytes"] = JSONObject.number(used) }
                if let instance = process.gpuInstanceID { json["gpu_instance"] = .int(Int64(instance)) }
                if let instance = process.computeInstanceID { json["compute_instance"] = .int(Int64(instance)) }
                return .object(json)
            }
        }
    }
}

// MARK: Inventory and telemetry

extension GPURecording {
    private func addInventory(_ json: inout JSONObject) {
        guard let inventory = gpu.inventory else { return }
        var firmware = JSONObject()
        firmware.set("vbios_version", inventory.vbiosVersion)
        firmware.set("inforom_image", inventory.inforomImageVersion)
        firmware.set("gsp_enabled", inventory.isGSPFirmwareEnabled)
        firmware.set("gsp_version", inventory.gspFirmwareVersion, isExplicit: true)
        json.set("firmware", section: firmware)
        var modes = JSONObject()
        modes.set("persistence", inventory.isPersistenceModeEnabled)
        modes.set("compute", inventory.computeMode)
        modes.set("virtualization", inventory.virtualizationMode)
        modes.set("numa_node_id", gpu.topology?.ownNUMANode)
        json.set("modes", section: modes)
        var ecc = JSONObject()
        ecc.set("current", inventory.eccMode.map(\.current))
        ecc.set("pending", inventory.eccMode.map(\.pending))
        json.set("ecc", section: ecc)
    }

    private func addTelemetry(_ json: inout JSONObject) {
        json.set("power", section: power)
        json.set("pcie", section: pcie)
        guard let telemetry = gpu.telemetry else { return }
        json.set("memory", section: Self.memory(telemetry))
        var use = JSONObject()
        use.set("gpu_percent", telemetry.utilizationGPUPercent)
        use.set("memory_percent", telemetry.utilizationMemoryPercent)
        json.set("utilization", section: use)
        json.set("clocks", section: Self.clocks(telemetry))
        json.set("performance_state", telemetry.performanceState)
        var reasons = JSONObject()
        reasons.set("active", telemetry.clocksEventReasons)
        reasons.set("supported", telemetry.supportedClocksEventReasons)
        json.set("event_reasons", section: reasons)
        json.set("limiters_ns", section: Self.limiters(telemetry.limiters))
        var temperature = JSONObject()
        temperature.set("gpu_c", telemetry.temperatureC)
        temperature.set("memory_c", telemetry.memoryTemperatureC)
        temperature.set("memory_max_c", telemetry.memoryMaxTemperatureC)
        temperature.set("margin_c", telemetry.temperatureMarginC)
        temperature.set("slowdown_c", telemetry.slowdownTemperatureC)
        temperature.set("shutdown_c", telemetry.shutdownTemperatureC)
        json.set("temperature", section: temperature)
        if let speed = telemetry.fanSpeedPercent.value {
            json["fans"] = .array([.object(JSONObject([("speed_percent", .int(Int64(speed)))]))])
        }
    }

    private static func memory(_ telemetry: GPUTelemetry) -> JSONObject {
        var json = JSONObject()
        json.set("total_bytes", telemetry.memory.map(\.total))
        json.set("used_bytes", telemetry.memory.map(\.used))
        if let reserved = telemetry.memory.value?.reserved { json["reserved_bytes"] = JSONObject.number(reserved) }
        json.set("bar1_used_bytes", telemetry.bar1UsedBytes)
        // Nobody asks for its size, but without one there is no BAR1.
        json.set("bar1_total_bytes", telemetry.bar1UsedBytes)
        return json
    }

    private static func clocks(_ telemetry: GPUTelemetry) -> JSONObject {
        var (sm, memory, json) = (JSONObject(), JSONObject(), JSONObject())
        sm.set("current_mhz", telemetry.clockSMMHz)
        sm.set("max_mhz", telemetry.clockSMMaxMHz)
        memory.set("current_mhz", telemetry.clockMemoryMHz)
        memory.set("max_mhz", telemetry.clockMemoryMaxMHz)
        json.set("sm", section: sm)
        json.set("memory", section: memory)
        return json
    }

    private static func limiters(_ times: ClockLimiterTimes) -> JSONObject {
        var json = JSONObject()
        json.set("power", times.power)
        json.set("thermal", times.thermal)
        json.set("sync_boost", times.syncBoost)
        json.set("board_limit", times.boardLimit)
        json.set("low_utilization", times.lowUtilization)
        json.set("reliability", times.reliability)
        return json
    }

    private var power: JSONObject {
        var json = JSONObject()
        json.set("usage_mw", gpu.telemetry?.powerMilliwatts)
        json.set("energy_mj", gpu.telemetry?.energyMillijoules)
        json.set("limit_mw", gpu.inventory?.powerLimitMilliwatts)
        json.set("enforced_limit_mw", gpu.inventory?.powerLimitEnforcedMilliwatts)
        json.set("default_limit_mw", gpu.inventory?.powerLimitDefaultMilliwatts)
        json.set("min_limit_mw", gpu.inventory?.powerLimitMinMilliwatts)
        json.set("max_limit_mw", gpu.inventory?.powerLimitMaxMilliwatts)
        return json
    }

    private var pcie: JSONObject {
        var json = JSONObject()
        json.set("generation", gpu.telemetry?.pcieGeneration)
        json.set("width", gpu.telemetry?.pcieWidth)
        json.set("replay", gpu.telemetry?.pcieReplayCount)
        json.set("max_generation", gpu.inventory?.pcieMaxGeneration)
        json.set("gpu_max_generation", gpu.inventory?.pcieGPUMaxGeneration)
        json.set("max_width", gpu.inventory?.pcieMaxWidth)
        return json
    }
}

// MARK: MIG

extension GPURecording {
    private var mig: JSONObject {
        var json = JSONObject()
        guard let inventory = gpu.inventory else { return json }
        json.set("enabled", inventory.migMode.map(\.current))
        json.set("pending", inventory.migMode.map(\.pending))
        guard let devices = inventory.migDevices.value, !devices.isEmpty else { return json }
        json["max_devices"] = .int(Int64(devices.count))
        json["devices"] = .array(devices.enumerated().map { .object(Self.instance($1, $0)) })
        return json
    }

    private static func instance(_ device: MIGDevice, _ index: Int) -> JSONObject {
        var (json, memory) = (JSONObject([("index", .int(Int64(index)))]), JSONObject())
        if let uuid = device.uuid.value { json["uuid"] = .string(uuid) }
        if let instance = device.gpuInstanceID.value { json["gpu_instance"] = .int(Int64(instance)) }
        if let instance = device.computeInstanceID.value { json["compute_instance"] = .int(Int64(instance)) }
        if let count = device.multiprocessorCount.value { json["multiprocessors"] = .int(Int64(count)) }
        memory.set("total_bytes", device.memoryTotalBytes)
        memory.set("used_bytes", device.memoryUsedBytes)
        json.set("memory", section: memory)
        return json
    }
}
