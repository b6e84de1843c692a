/// The counters that came with NVLink 5: fields 201 to 222 and 235 to 250.
package struct NVLink5Counters: ScenarioSection, Sendable {
    /// By field id; what is missing is not supported.
    package private(set) var fields: [UInt32: NumericReading] = [:]

    package init() {}

    private static let keys: [(key: String, field: UInt32)] = [
        ("tx_packets", 201), ("tx_bytes", 202), ("rx_packets", 203), ("rx_bytes", 204), ("malformed_packets", 206),
        ("buffer_overruns", 207), ("rx_errors", 208), ("rx_remote_errors", 209), ("rx_general_errors", 210),
        ("local_integrity_errors", 211), ("tx_discards", 212), ("recovery_successful", 213), ("recovery_failed", 214),
        ("recovery_total", 215), ("effective_errors", 219), ("effective_ber", 220), ("symbol_errors", 221),
        ("symbol_ber", 222),
    ]

    /// Bins of the forward error correction's histogram.
    private static let historyBins = 16

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        for (key, field) in Self.keys {
            let reading = try reader.number(key)
            if reading != .absent { fields[field] = reading }
        }
        let history = try reader.numbers("fec_history")
        guard history.count <= Self.historyBins else {
            throw ScenarioError("has more than \(Self.historyBins) bins", at: reader.place("fec_history"))
        }
        for (bin, count) in history.enumerated() {
            fields[235 + UInt32(bin)] = .value(Signal(Int64(bitPattern: count)))
        }
    }
}
