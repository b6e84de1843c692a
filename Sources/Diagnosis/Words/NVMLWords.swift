/// NVML's numbers in words, as nvml.h names them. A number that is not known here is said as a number.
package enum NVMLWords {
    /// `nvmlDeviceArchitecture_t`.
    package static func architecture(_ value: UInt32) -> String {
        switch value {
        case 2: "Kepler"
        case 3: "Maxwell"
        case 4: "Pascal"
        case 5: "Volta"
        case 6: "Turing"
        case 7: "Ampere"
        case 8: "Ada"
        case 9: "Hopper"
        case 10: "Blackwell"
        case 13: "Rubin"
        default: "architecture \(value)"
        }
    }

    /// `nvmlComputeMode_t`.
    package static func computeMode(_ value: UInt32) -> String {
        switch value {
        case 0: "default"
        case 1: "exclusive_thread"
        case 2: "prohibited"
        case 3: "exclusive_process"
        default: "mode_\(value)"
        }
    }

    /// `nvmlGpuVirtualizationMode_t`.
    package static func virtualizationMode(_ value: UInt32) -> String {
        switch value {
        case 0: "none"
        case 1: "pass_through"
        case 2: "vgpu_guest"
        case 3: "vgpu_host"
        case 4: "vsga"
        default: "mode_\(value)"
        }
    }

    /// `nvmlNvlinkVersion_t`: the version as NVIDIA writes it.
    package static func nvlinkVersion(_ value: UInt32) -> String {
        switch value {
        case 1: "1.0"
        case 2: "2.0"
        case 3: "2.2"
        case 4: "3.0"
        case 5: "3.1"
        case 6: "4.0"
        case 7: "5.0"
        case 8: "6.0"
        default: "version_\(value)"
        }
    }

    /// P-state number as it is usually written: `P0`; 32 is the driver's word for not knowing.
    package static func performanceState(_ value: UInt32) -> String { value < 32 ? "P\(value)" : "unknown" }
}
