/// The name of a limit; its default is in thresholds.conf.
package enum HealthThreshold: String, Sendable, Hashable, CaseIterable {
    case uncorrectedErrors = "uncorrected_errors"
    case correctedErrors = "corrected_errors"
    case memorySizePercent = "memory_size_percent"
    case sramUncorrectedErrors = "sram_uncorrected_errors"
    case remappedRowsUncorrected = "remapped_rows_uncorrected"
    case banksWithoutSpares = "banks_without_spares"
    case retiredPages = "retired_pages"
    case retiredPagesDoubleBit = "retired_pages_double_bit"
    case retiredPagesDoubleBitWeek = "retired_pages_double_bit_week"
    case pcieReplaysPerMinute = "pcie_replays_per_minute"
    case pcieCorrectedErrorsPerHour = "pcie_corrected_errors_per_hour"
    case pcieFatalErrors = "pcie_fatal_errors"
    case nvlinkCRCErrorsPerSecond = "nvlink_crc_errors_per_second"
    case nvlinkReplayErrors = "nvlink_replay_errors"
    case nvlinkRecoveryErrors = "nvlink_recovery_errors"
    case nvlinkPacketErrors = "nvlink_packet_errors"
    case nvlinkBERExponent = "nvlink_ber_exponent"
    case fabricRegistrationMinutes = "fabric_registration_minutes"
    case rateMinimumCount = "rate_minimum_count"
    case temperatureMarginC = "temperature_margin_c"
    case temperatureMarginB200C = "temperature_margin_b200_c"
    case thermalSharePercent = "thermal_share_percent"
    case powerMinW = "power_min_w"
    case powerMaxW = "power_max_w"
    case loadPercent = "load_percent"
    case clockUnderLoadPercent = "clock_under_load_percent"
    case unownedMemoryMiB = "unowned_memory_mib"

    /// The smallest and largest number that makes sense.
    var range: ClosedRange<Int64> {
        switch self {
        case .temperatureMarginC, .temperatureMarginB200C: -50...50
        case .loadPercent, .clockUnderLoadPercent, .thermalSharePercent, .memorySizePercent: 0...100
        case .nvlinkBERExponent: 1...254
        // A fault from this count on: with 0 every GPU would have it.
        case .uncorrectedErrors, .correctedErrors, .sramUncorrectedErrors, .remappedRowsUncorrected,
            .banksWithoutSpares,
            .retiredPages, .pcieFatalErrors:
            1...1_000_000_000_000
        default: 0...1_000_000_000_000
        }
    }
}

/// The limits of the health rules.
package struct HealthThresholds: Sendable, Hashable {
    private var values: [HealthThreshold: Int64]

    /// The compiled-in limits.
    package static let standard: HealthThresholds = {
        let empty = HealthThresholds(values: [:])
        return (try? empty.replaced(by: standardText)) ?? empty
    }()

    /// The compiled-in limits as a file, with the source of each.
    package static var standardText: String {
        DataFile.thresholds.withBytes { String(decoding: $0, as: UTF8.self) }
    }

    private init(values: [HealthThreshold: Int64]) { self.values = values }

    /// A limit. A test shows that the compiled-in file has every name; without one, a limit that nothing reaches.
    package subscript(name: HealthThreshold) -> Int64 { values[name] ?? .max }

    /// The names that have a limit.
    package var names: Set<HealthThreshold> { Set(values.keys) }

    /// The same limits with those that `text` names replaced.
    ///
    /// - Parameter text: lines `name = number`; a # begins a comment.
    /// - Throws: ``HealthThresholdError`` for the first line that is no such line.
    package func replaced(by text: String) throws(HealthThresholdError) -> HealthThresholds {
        var result = self
        var seen: Set<HealthThreshold> = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = line.prefix { $0 != "#" }.filter { !$0.isWhitespace }
            guard !line.isEmpty else { continue }
            let (name, value) = try Self.parse(line, number: index + 1)
            guard seen.insert(name).inserted else {
                throw HealthThresholdError(line: index + 1, message: "\(name.rawValue) was given before")
            }
            result.values[name] = value
        }
        return result
    }

    private static func parse(_ line: String, number: Int) throws(HealthThresholdError) -> (HealthThreshold, Int64) {
        func fault(_ message: String) -> HealthThresholdError { HealthThresholdError(line: number, message: message) }
        let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw fault("expected name = number") }
        guard let name = HealthThreshold(rawValue: String(parts[0])) else {
            let names = HealthThreshold.allCases.map(\.rawValue).joined(separator: ", ")
            throw fault("there is no limit \(parts[0].prefix(64)); valid: \(names)")
        }
        guard let value = Int64(parts[1]) else {
            throw fault("\(name.rawValue): \(parts[1].prefix(64)) is no whole number")
        }
        guard name.range.contains(value) else {
            throw fault("\(name.rawValue): \(value) is not within \(name.range.lowerBound) to \(name.range.upperBound)")
        }
        return (name, value)
    }
}

/// A line of a thresholds file that cannot be used.
package struct HealthThresholdError: Error, Hashable, CustomStringConvertible {
    /// Counted from 1.
    package let line: Int
    package let message: String

    package var description: String { "thresholds, line \(line): \(message)" }
}
