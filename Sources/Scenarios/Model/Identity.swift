/// Who a GPU is.
package struct Identity: ScenarioSection, Sendable {
    package var name = TextReading.absent
    package var brand = NumericReading.absent
    package var architecture = NumericReading.absent
    /// "9.0"
    package var computeCapability = TextReading.absent
    package var uuid = TextReading.absent
    package var serial = TextReading.absent
    package var boardPartNumber = TextReading.absent
    package var boardID = NumericReading.absent
    package var moduleID = NumericReading.absent
    package var minorNumber = NumericReading.absent
    package var multiGPUBoard = NumericReading.absent
    package var gpuCores = NumericReading.absent
    package var multiprocessors = NumericReading.absent
    package var memoryBusWidthBits = NumericReading.absent
    package var irq = NumericReading.absent
    package var pdi = NumericReading.absent
    package var uptimeSeconds = NumericReading.absent

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        name = try reader.text("name")
        brand = try reader.choice("brand", .brands)
        architecture = try reader.choice("architecture", .architectures)
        computeCapability = try reader.text("compute_capability")
        uuid = try reader.text("uuid")
        serial = try reader.text("serial")
        boardPartNumber = try reader.text("board_part_number")
        boardID = try reader.number("board_id")
        moduleID = try reader.number("module_id")
        minorNumber = try reader.number("minor_number")
        multiGPUBoard = try reader.number("multi_gpu_board")
        gpuCores = try reader.number("gpu_cores")
        multiprocessors = try reader.number("multiprocessors")
        memoryBusWidthBits = try reader.number("memory_bus_width_bits")
        irq = try reader.number("irq")
        pdi = try reader.number("pdi")
        uptimeSeconds = try reader.number("uptime_s")
    }
}

/// Firmware versions of a GPU.
package struct Firmware: ScenarioSection, Sendable {
    package var vbiosVersion = TextReading.absent
    package var inforomImage = TextReading.absent
    package var inforomOEM = TextReading.absent
    package var inforomECC = TextReading.absent
    package var inforomPower = TextReading.absent
    package var inforomChecksum = NumericReading.absent
    /// An error such as CORRUPTED_INFOROM is what nvmlDeviceValidateInforom answers.
    package var inforomValid = NumericReading.absent
    package var gspVersion = TextReading.absent
    package var gspEnabled = NumericReading.absent
    package var gspDefaultEnabled = NumericReading.absent

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        vbiosVersion = try reader.text("vbios_version")
        inforomImage = try reader.text("inforom_image")
        inforomOEM = try reader.text("inforom_oem")
        inforomECC = try reader.text("inforom_ecc")
        inforomPower = try reader.text("inforom_power")
        inforomChecksum = try reader.number("inforom_checksum")
        inforomValid = try reader.number("inforom_valid")
        gspVersion = try reader.text("gsp_version")
        gspEnabled = try reader.number("gsp_enabled")
        gspDefaultEnabled = try reader.number("gsp_default_enabled")
    }
}

/// Settings of a GPU.
package struct Modes: ScenarioSection, Sendable {
    package var persistence = NumericReading.absent
    package var compute = NumericReading.absent
    package var display = NumericReading.absent
    package var displayActive = NumericReading.absent
    package var virtualization = NumericReading.absent
    package var accounting = NumericReading.absent
    package var accountingBuffer = NumericReading.absent
    package var addressing = NumericReading.absent
    package var c2c = NumericReading.absent
    /// The NUMA node that the GPU's own memory is (Grace systems).
    package var numaNodeID = NumericReading.absent

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        persistence = try reader.number("persistence")
        compute = try reader.choice("compute", .computeModes)
        display = try reader.number("display")
        displayActive = try reader.number("display_active")
        virtualization = try reader.choice("virtualization", .virtualizationModes)
        accounting = try reader.number("accounting")
        accountingBuffer = try reader.number("accounting_buffer")
        addressing = try reader.choice("addressing", .addressingModes)
        c2c = try reader.number("c2c")
        numaNodeID = try reader.number("numa_node_id")
    }
}

/// Where a GPU sits in a rack (NVL systems).
package struct PlatformPlace: ScenarioSection, Sendable {
    package var chassisSerial = ""
    /// 32 hexadecimal digits.
    package var ibGUID = ""
    package var slot = 0
    package var tray = 0
    package var hostID = 0
    package var peerType = 0
    package var moduleID = 0

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        chassisSerial = try reader.string("chassis_serial") ?? ""
        ibGUID = try reader.string("ib_guid") ?? ""
        slot = try reader.integer("slot") ?? 0
        tray = try reader.integer("tray") ?? 0
        hostID = try reader.integer("host_id") ?? 0
        peerType = try reader.integer("peer_type") ?? 0
        moduleID = try reader.integer("module_id") ?? 0
    }
}
