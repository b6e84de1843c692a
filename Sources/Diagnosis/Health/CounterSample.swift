package import Snapshots

/// The counters of a node's GPUs at one moment. Totals count from the driver's start, so they tell of the past; what
/// happens now is told by two moments.
package struct CounterSample: Sendable {
    /// When they were read, microseconds of the monotonic clock.
    package let microseconds: Int64
    private var gpus: [UInt64: GPUCounters] = [:]
    private var corrected: [BusID: UInt64] = [:]

    package init(_ snapshot: NodeSnapshot, microseconds: Int64) {
        self.microseconds = microseconds
        for gpu in snapshot.gpus {
            guard let slot = gpu.busID.value?.slot, gpu.telemetry != nil || gpu.links != nil else { continue }
            gpus[slot] = GPUCounters(telemetry: gpu.telemetry ?? GPUTelemetry(), links: gpu.links ?? GPULinks())
        }
        for device in snapshot.devices?.pci.value ?? [] {
            corrected[device.busID] = device.errors.correctable.value?.total
            if let port = device.upstream { corrected[port.busID] = port.errors.correctable.value?.total }
        }
    }

    /// Forgets a GPU: nothing can be said of its counters any more.
    package mutating func forget(_ place: BusID) { gpus[place.slot] = nil }

    /// Whether each of these GPUs had its clocks held down then for a reason for which they are held down now.
    package func confirmsSlowdowns(of gpus: [GPUSnapshot]) -> Bool {
        gpus.allSatisfy { gpu in
            let now = ClocksEventReasons(gpu.telemetry).intersection(.faults)
            let then = ClocksEventReasons(self[gpu.busID.value]?.telemetry)
            return now.isSubset(of: then)
        }
    }

    /// Whether it has the counters of these GPUs.
    package func covers(_ places: [BusID]) -> Bool { places.allSatisfy { gpus[$0.slot] != nil } }

    subscript(place: BusID?) -> GPUCounters? { place.flatMap { gpus[$0.slot] } }

    /// PCIe errors that the link corrected, of one of its ends.
    func corrected(at place: BusID) -> UInt64? { corrected[place] }
}

/// The time between two readings of the counters.
package struct CounterWindow: Sendable {
    /// The earlier reading of what counts.
    package let before: CounterSample
    /// The last reading of what holds for a moment only, such as the reasons of low clocks; nil where there was none lately.
    package let last: CounterSample?
    /// Microseconds of the monotonic clock at the later reading.
    package let end: Int64

    package init(from before: CounterSample, last: CounterSample?, to end: Int64) {
        self.before = before
        self.last = last
        self.end = end
    }

    var seconds: Double { Double(max(0, end - before.microseconds)) / 1e6 }
}

/// One GPU's counters at one moment.
struct GPUCounters: Sendable {
    let telemetry: GPUTelemetry
    let links: GPULinks

    func link(_ number: UInt32) -> GPULinkErrors? { links.links.first { $0.number == number }?.errors }
}

/// What a counter gained over a time.
struct CounterGrowth: Sendable {
    let count: UInt64
    let seconds: Double

    /// Nil where the counter fell: the driver was loaded anew, and nothing can be said.
    init?(from before: UInt64?, to now: UInt64?, seconds: Double) {
        guard let before, let now, now >= before, seconds > 0 else { return nil }
        count = now - before
        self.seconds = seconds
    }

    /// How many there would be in that many seconds.
    func rate(per unit: Double) -> Double { Double(count) * unit / seconds }

    /// `140 in 1.0 s`
    var words: String { "\(count) in \(Self.tenths(seconds)) s" }

    private static func tenths(_ number: Double) -> String {
        let tenths = Int64(min(number, 1e9) * 10 + 0.5)
        return "\(tenths / 10).\(tenths % 10)"
    }
}
