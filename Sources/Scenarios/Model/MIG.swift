/// Multi-instance GPU: the mode and the instances.
package struct MIGReadings: ScenarioSection, Sendable {
    package var enabled = NumericReading.absent
    package var pending = NumericReading.absent
    package var maxDevices = NumericReading.absent
    package var devices: [MIGDevice] = []

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        enabled = try reader.number("enabled")
        pending = try reader.number("pending")
        maxDevices = try reader.number("max_devices")
        devices = try reader.list("devices")
    }

    /// Whether instances are in use now.
    package var isOn: Bool { enabled.value?.start == 1 }
}

/// One MIG device: a compute instance in a GPU instance.
package struct MIGDevice: ScenarioSection, Sendable {
    /// What nvmlDeviceGetMigDeviceHandleByIndex counts; holes are NOT_FOUND.
    package var index = 0
    /// "3g.20gb"
    package var profile = ""
    package var uuid: Text?
    package var gpuInstance = 0
    package var computeInstance = 0
    package var gpuProfile = 0
    package var computeProfile = 0
    package var placementStart = 0
    package var placementSize = 1
    package var gpuSlices = 1
    package var computeSlices = 1
    package var multiprocessors = 0
    package var copyEngines = 0
    package var decoders = 0
    package var encoders = 0
    package var jpegs = 0
    package var ofas = 0
    package var memory = MemoryReadings()

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        index = try reader.integer("index") ?? 0
        profile = try reader.string("profile") ?? ""
        uuid = try reader.string("uuid").map { Text($0) }
        gpuInstance = try reader.integer("gpu_instance") ?? 0
        computeInstance = try reader.integer("compute_instance") ?? 0
        gpuProfile = try reader.integer("gpu_profile") ?? 0
        computeProfile = try reader.integer("compute_profile") ?? 0
        placementStart = try reader.integer("placement_start") ?? 0
        placementSize = try reader.integer("placement_size") ?? 1
        gpuSlices = try reader.integer("gpu_slices") ?? 1
        computeSlices = try reader.integer("compute_slices") ?? gpuSlices
        multiprocessors = try reader.integer("multiprocessors") ?? 0
        copyEngines = try reader.integer("copy_engines") ?? 0
        decoders = try reader.integer("decoders") ?? 0
        encoders = try reader.integer("encoders") ?? 0
        jpegs = try reader.integer("jpegs") ?? 0
        ofas = try reader.integer("ofas") ?? 0
        memory = try reader.section("memory")
    }
}
