package import Snapshots

/// Why the clocks are not higher: the bits of NVML's clocks event reasons (nvml.h, `nvmlClocksEventReason...`).
package struct ClocksEventReasons: OptionSet, Sendable, Hashable {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package static let idle = ClocksEventReasons(rawValue: 0x1)
    package static let applicationClocks = ClocksEventReasons(rawValue: 0x2)
    package static let softwarePowerCap = ClocksEventReasons(rawValue: 0x4)
    /// The umbrella bit of the hardware's own brakes; flashes at a change of P-state as well.
    package static let hardwareSlowdown = ClocksEventReasons(rawValue: 0x8)
    package static let syncBoost = ClocksEventReasons(rawValue: 0x10)
    package static let softwareThermalSlowdown = ClocksEventReasons(rawValue: 0x20)
    package static let hardwareThermalSlowdown = ClocksEventReasons(rawValue: 0x40)
    /// An external signal: power supply or chassis.
    package static let hardwarePowerBrake = ClocksEventReasons(rawValue: 0x80)
    package static let displayClocks = ClocksEventReasons(rawValue: 0x100)
    package static let boardLimit = ClocksEventReasons(rawValue: 0x200)
    package static let reliability = ClocksEventReasons(rawValue: 0x400)

    /// The reasons that a GPU tells and can set at all; none where it does not tell.
    package init(_ telemetry: GPUTelemetry?) {
        let supported = telemetry?.supportedClocksEventReasons.value ?? .max
        self.init(rawValue: (telemetry?.clocksEventReasons.value ?? 0) & supported)
    }

    /// Those that mean that something is wrong. Idle, power cap and display are normal.
    package static let faults: ClocksEventReasons = [
        .hardwareSlowdown, .hardwareThermalSlowdown, .hardwarePowerBrake, .softwareThermalSlowdown,
    ]

    private static let names: [(ClocksEventReasons, String)] = [
        (.idle, "idle"), (.applicationClocks, "application_clocks"), (.softwarePowerCap, "sw_power_cap"),
        (.hardwareSlowdown, "hw_slowdown"), (.syncBoost, "sync_boost"),
        (.softwareThermalSlowdown, "sw_thermal_slowdown"),
        (.hardwareThermalSlowdown, "hw_thermal_slowdown"), (.hardwarePowerBrake, "hw_power_brake"),
        (.displayClocks, "display_clocks"), (.boardLimit, "board_limit"), (.reliability, "reliability"),
    ]

    /// The reasons as words, lowest bit first; a bit without a name as `bit_11`.
    package var words: [String] {
        guard rawValue != 0 else { return [] }
        var words = Self.names.filter { contains($0.0) }.map(\.1)
        for bit in 11..<64 where rawValue & 1 << UInt64(bit) != 0 { words.append("bit_\(bit)") }
        return words
    }
}

extension GPUTelemetry {
    /// Why the clocks are not higher, without bits that this GPU cannot set.
    package var eventReasons: Reading<ClocksEventReasons> {
        clocksEventReasons.map { ClocksEventReasons(rawValue: $0 & (supportedClocksEventReasons.value ?? .max)) }
    }
}

extension ClocksEventReasons {
    /// What is wrong by one reading: the umbrella bit alone may be a change of P-state, and takes a second reading.
    package var faultsAtOnce: ClocksEventReasons {
        let faults = intersection(.faults)
        return faults == .hardwareSlowdown ? [] : faults
    }
}
