/// NVML's fabric numbers in words (nvml.h, `nvmlGpuFabricInfo...`).
package enum FabricWords {
    /// `nvmlGpuFabricState_t`.
    package static func state(_ value: UInt32) -> String {
        let names = ["not_supported", "not_started", "in_progress", "completed"]
        return names.indices.contains(Int(value)) ? names[Int(value)] : "state_\(value)"
    }

    /// `healthSummary` of the third version.
    package static func summary(_ value: UInt32) -> String {
        let names = ["not_supported", "healthy", "unhealthy", "limited_capacity"]
        return names.indices.contains(Int(value)) ? names[Int(value)] : "summary_\(value)"
    }
}

/// The bit fields of a fabric health mask. A healthy GPU's mask is not zero: most fields say FALSE by the value 2.
package struct FabricHealthMask: Sendable, Hashable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Two-bit fields in which 1 means TRUE, that is a fault, and 2 FALSE.
    private static let flags: [(shift: UInt32, word: String)] = [
        (0, "degraded_bandwidth"), (2, "route_recovery"), (4, "route_unhealthy"), (6, "access_timeout_recovery"),
    ]

    /// `NVML_GPU_FABRIC_HEALTH_MASK_INCORRECT_CONFIGURATION_...` from 2 on; 0 is not supported, 1 is none.
    private static let configurations = [
        "not_supported", "none", "incorrect_system_guid", "incorrect_chassis_serial_number", "no_partition",
        "insufficient_nvlinks", "incompatible_gpu_firmware", "invalid_location", "invalid_gpu_state",
    ]

    /// The two-bit fields that say that something is wrong.
    package var faultFlags: [String] { Self.flags.filter { rawValue >> $0.shift & 3 == 1 }.map(\.word) }

    /// What is wrong with the configuration; nil if nothing is or nobody can tell.
    package var incorrectConfiguration: String? {
        let value = Int(rawValue >> 8 & 0xf)
        guard value >= 2 else { return nil }
        return Self.configurations.indices.contains(value) ? Self.configurations[value] : "configuration_\(value)"
    }

    /// Whether a partition is assigned; nil where nobody can tell.
    package var isPartitionAssigned: Bool? { flag(12) }

    /// Whether the global fabric manager is connected; nil where nobody can tell.
    package var isGlobalManagerConnected: Bool? { flag(14) }

    /// Everything that is wrong, as words; empty for a healthy mask.
    package var faults: [String] {
        faultFlags + [incorrectConfiguration.map { "incorrect_configuration: \($0)" }].compactMap { $0 }
            + (isGlobalManagerConnected == false ? ["global_fabric_manager_disconnected"] : [])
    }

    private func flag(_ shift: UInt32) -> Bool? {
        switch rawValue >> shift & 3 {
        case 1: true
        case 2: false
        default: nil
        }
    }
}
