internal import NVML
internal import Snapshots

/// Whether the InfoROMs of the GPUs are whole. To find out, NVML reads all of a board's flash, which is too much for each look at
/// its health: one that was whole is believed to be so for a while.
struct InforomChecks {
    private static let lifetime: Duration = .seconds(300)

    private var whole: [String: ContinuousClock.Instant] = [:]

    /// Asks NVML, unless it said yes a while ago.
    mutating func reading(of device: NVMLDevice, _ uuid: String?) -> Reading<Bool> {
        let now = ContinuousClock.now
        if let uuid, let last = whole[uuid], now < last + Self.lifetime { return .value(true) }
        let reading = Reading { () throws(NVMLError) in
            try device.validateInforom()
            return true
        }
        if let uuid, reading.value != nil { whole[uuid] = now }
        return reading
    }
}
