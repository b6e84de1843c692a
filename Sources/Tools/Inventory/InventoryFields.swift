internal import Diagnosis
internal import JSON
internal import Snapshots

/// The inventory in the words of an answer.
enum InventoryFields {
    /// Why the versions that an answer lacks are not there; where NVML is not open, a problem says it.
    static func missing(_ driver: DriverSnapshot) -> [MissingReading] {
        guard driver.state.outcome == .ready else { return [] }
        let reasons = [
            ("driver_version", driver.driverVersion.reason), ("nvml_version", driver.nvmlVersion.reason),
            ("cuda_version", driver.cudaVersion.reason),
        ]
        return reasons.compactMap { reading, reason in reason.map { MissingReading(reading: reading, reason: $0) } }
    }

    static func node(_ snapshot: NodeSnapshot) -> [Field] {
        let driver = snapshot.driver
        var fields: [Field] = []
        func add(_ key: String, _ text: String?) {
            if let text { fields.append(Field(key: key, value: .text(text))) }
        }
        add("driver_version", driver.driverVersion.value)
        add("nvml_version", driver.nvmlVersion.value)
        add("cuda_version", driver.cudaVersion.value.map { "\($0 / 1_000).\($0 % 1_000 / 10)" })
        if let missing = missing(snapshot) {
            fields.append(Field(key: "gpus_missing_from_nvml", value: .objects(missing)))
        }
        return fields
    }

    private static func missing(_ snapshot: NodeSnapshot) -> [[Field]]? {
        let missing = snapshot.missingGPUs
        guard !missing.isEmpty else { return nil }
        return missing.map { gpu in
            var fields = [Field(key: "bus_id", value: .text("\(gpu.busID)"))]
            if let uuid = gpu.uuid { fields.append(Field(key: "uuid", value: .text(uuid))) }
            if let model = gpu.model { fields.append(Field(key: "name", value: .text(model))) }
            fields.append(Field(key: "on_pci_bus", value: .flag(gpu.isOnPCIBus)))
            fields.append(Field(key: "in_proc", value: .flag(gpu.isInProc)))
            if gpu.isExcluded { fields.append(Field(key: "excluded", value: .flag(true))) }
            return fields
        }
    }

    static func add(_ gpu: GPUSnapshot, _ detail: Detail, to fields: inout DeviceFields) {
        fields.begin(gpu)
        guard let inventory = gpu.inventory else { return }
        fields.add("architecture", inventory.architecture) { .text(NVMLWords.architecture($0)) }
        fields.add("memory_total_bytes", inventory.memoryTotalBytes)
        if detail != .summary {
            addStandard(inventory, to: &fields)
            addModes(inventory, to: &fields)
        }
        if detail == .full { addRare(inventory, to: &fields) }
    }

    private static func addStandard(_ inventory: GPUInventory, to fields: inout DeviceFields) {
        fields.add("compute_capability", inventory.computeCapability) { .text("\($0 / 10).\($0 % 10)") }
        fields.add("serial", inventory.serial)
        fields.add("board_part_number", inventory.boardPartNumber)
        fields.add("minor_number", inventory.minorNumber)
        fields.add("vbios_version", inventory.vbiosVersion)
        if inventory.isGSPFirmwareEnabled.value != false {
            fields.add("gsp_firmware_version", inventory.gspFirmwareVersion)
        }
        fields.add("pcie_max_generation", inventory.pcieMaxGeneration)
        fields.add("pcie_max_width", inventory.pcieMaxWidth)
        fields.add("nvlink_count", inventory.nvlinkCount)
        if inventory.nvlinkCount.value != 0 {
            fields.add("nvlink_version", inventory.nvlinkVersion) { .text(NVMLWords.nvlinkVersion($0)) }
        }
    }

    private static func addModes(_ inventory: GPUInventory, to fields: inout DeviceFields) {
        fields.add(modes: "mig_mode", "mig_mode_current", "mig_mode_pending", inventory.migMode)
        if inventory.migMode.value?.current == true {
            fields.add("mig_devices", inventory.migDevices) { .objects(MIGFields.objects($0)) }
            MIGFields.noteMissing(inventory, to: &fields)
        }
        fields.add(modes: "ecc_mode", "ecc_mode_current", "ecc_mode_pending", inventory.eccMode)
        fields.add(mode: "persistence_mode", inventory.isPersistenceModeEnabled)
        fields.add("compute_mode", inventory.computeMode) { .text(NVMLWords.computeMode($0)) }
        fields.add(watts: "power_limit_w", inventory.powerLimitMilliwatts)
        fields.add(watts: "power_limit_default_w", inventory.powerLimitDefaultMilliwatts)
        fields.add(watts: "power_limit_min_w", inventory.powerLimitMinMilliwatts)
        fields.add(watts: "power_limit_max_w", inventory.powerLimitMaxMilliwatts)
    }

    private static func addRare(_ inventory: GPUInventory, to fields: inout DeviceFields) {
        fields.add(mode: "gsp_firmware", inventory.isGSPFirmwareEnabled)
        fields.add("inforom_image_version", inventory.inforomImageVersion)
        fields.add("module_id", inventory.moduleID)
        fields.add("pcie_gpu_max_generation", inventory.pcieGPUMaxGeneration)
        fields.add("virtualization_mode", inventory.virtualizationMode) { .text(NVMLWords.virtualizationMode($0)) }
        fields.add(watts: "power_limit_enforced_w", inventory.powerLimitEnforcedMilliwatts)
    }
}

extension InventoryFields {
    static let nodeSchema: [(String, JSONValue)] =
        Schema.properties(Schema.string(), "driver_version", "nvml_version", "cuda_version") + [
            (
                "gpus_missing_from_nvml",
                Schema.array(
                    Schema.object(
                        Schema.properties(Schema.string(), "bus_id", "uuid", "name")
                            + Schema.properties(Schema.boolean(), "on_pci_bus", "in_proc") + [
                                ("excluded", Schema.boolean("Excluded from the driver on purpose (NVreg_ExcludedGpus)"))
                            ]),
                    "GPUs that the host shows and NVML does not list: never healthy")
            )
        ]

    static let deviceSchema: [(String, JSONValue)] =
        Schema.properties(
            Schema.string(), "architecture", "compute_capability", "serial", "board_part_number", "vbios_version",
            "gsp_firmware", "gsp_firmware_version", "inforom_image_version", "nvlink_version", "compute_mode",
            "virtualization_mode")
        + Schema.properties(
            Schema.integer(), "memory_total_bytes", "minor_number", "module_id", "pcie_max_generation",
            "pcie_gpu_max_generation", "pcie_max_width", "nvlink_count")
        + Schema.properties(
            Schema.choice(["enabled", "disabled"]), "mig_mode_current", "mig_mode_pending", "ecc_mode_current",
            "ecc_mode_pending", "persistence_mode")
        + Schema.properties(
            Schema.number(), "power_limit_w", "power_limit_default_w", "power_limit_min_w", "power_limit_max_w",
            "power_limit_enforced_w")
        + [("mig_devices", MIGFields.schema)]
}
