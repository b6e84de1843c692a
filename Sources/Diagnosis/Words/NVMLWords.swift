/// NVML's numbers in words, as nvml.h names them. A number that is not known here is said as a number.
package enum NVMLWords {
    /// `nvmlDeviceArchitecture_t`.
    package static func architecture(_ value: UInt32) -> String {
        let names: [UInt32: String] = [
            2: "Kepler", 3: "Maxwell", 4: "Pascal", 5: "Volta", 6: "Turing", 7: "Ampere", 8: "Ada", 9: "Hopper",
            10: "Blackwell", 13: "Rubin",
        ]
        return names[value] ?? "architecture \(value)"
    }

    /// `nvmlComputeMode_t`.
    package static func computeMode(_ value: UInt32) -> String {
        let names: [UInt32: String] = [0: "default", 1: "exclusive_thread", 2: "prohibited", 3: "exclusive_process"]
        return names[value] ?? "mode_\(value)"
    }

    /// `nvmlGpuVirtualizationMode_t`.
    package static func virtualizationMode(_ value: UInt32) -> String {
        let names: [UInt32: String] = [0: "none", 1: "pass_through", 2: "vgpu_guest", 3: "vgpu_host", 4: "vsga"]
        return names[value] ?? "mode_\(value)"
    }

    /// `nvmlNvlinkVersion_t`: the version as NVIDIA writes it.
    package static func nvlinkVersion(_ value: UInt32) -> String {
        let names: [UInt32: String] = [
            1: "1.0", 2: "2.0", 3: "2.2", 4: "3.0", 5: "3.1", 6: "4.0", 7: "5.0", 8: "6.0",
        ]
        return names[value] ?? "version_\(value)"
    }

    /// P-state number as it is usually written: `P0`; 32 is the driver's word for not knowing.
    package static func performanceState(_ value: UInt32) -> String { value < 32 ? "P\(value)" : "unknown" }
}
