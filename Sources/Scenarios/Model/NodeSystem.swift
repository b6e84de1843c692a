/// The node as a whole: driver, host, kernel.
package struct NodeSystem: ScenarioSection, Sendable {
    package var hostname = "gpu-node"
    package var driverVersion = TextReading.absent
    package var driverBranch = TextReading.absent
    package var nvmlVersion = TextReading.absent
    /// 13000 is CUDA 13.0.
    package var cudaVersion = NumericReading.absent
    /// The version of the loaded kernel module; nil when no module is loaded.
    package var moduleVersion: String?
    package var openModule = true
    /// "x86_64" or "aarch64".
    package var architecture = "x86_64"
    package var kernel = "6.8.0-60-generic"
    /// Seconds since the node was booted.
    package var uptimeSeconds = 432_000.0
    package var confidentialCompute: ConfidentialCompute?
    package var excludedGPUs: [ExcludedGPU] = []

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        hostname = try reader.string("hostname") ?? hostname
        driverVersion = try reader.text("driver_version")
        driverBranch = try reader.text("driver_branch")
        nvmlVersion = try reader.text("nvml_version")
        cudaVersion = try reader.number("cuda_version")
        let loaded = try reader.flag("module_loaded", true)
        let module = try reader.string("module_version") ?? driverVersion.value?.string
        moduleVersion = loaded ? module : nil
        openModule = try reader.flag("open_module", true)
        architecture = try reader.string("architecture") ?? architecture
        kernel = try reader.string("kernel") ?? kernel
        uptimeSeconds = try reader.seconds("uptime_s") ?? uptimeSeconds
        confidentialCompute = try reader.optional("confidential_compute")
        excludedGPUs = try reader.list("excluded_gpus")
    }
}

/// The state of confidential computing.
package struct ConfidentialCompute: ScenarioSection, Sendable {
    package var environment = 0
    package var enabled = false
    package var devTools = false
    package var multiGPUMode = 0
    package var gpusReady = true

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        environment = try reader.integer("environment") ?? 0
        enabled = try reader.flag("enabled", false)
        devTools = try reader.flag("dev_tools", false)
        multiGPUMode = try reader.integer("multi_gpu_mode") ?? 0
        gpusReady = try reader.flag("gpus_ready", true)
    }
}

/// A GPU that the driver was told to leave alone.
package struct ExcludedGPU: ScenarioSection, Sendable {
    package var pci = PCIPlace()
    package var uuid = ""

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        pci = try reader.section("pci")
        uuid = try reader.string("uuid") ?? ""
    }
}
