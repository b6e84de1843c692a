internal import Snapshots
internal import Synchronization

/// The counters of all GPUs at one moment.
struct ECCBaseline: Sendable {
    let collectedAtMicroseconds: Int64
    /// By the GPU's UUID.
    let counters: [String: [ECCCounter]]
}

/// One counter under a name that says where and what.
struct ECCCounter: Sendable, Equatable {
    let name: String
    let count: UInt64
}

/// Earlier readings of this agent, the newest few, by the id that their answer gave.
final class ECCBaselines: Sendable {
    private static let limit = 32

    private struct Memory {
        var baselines: [(id: String, baseline: ECCBaseline)] = []
        var lastNumber = 0
    }

    private let memory = Mutex(Memory())

    /// Keeps a reading and returns its id.
    func keep(_ baseline: ECCBaseline) -> String {
        memory.withLock { memory in
            memory.lastNumber += 1
            let id = "ecc-\(memory.lastNumber)"
            memory.baselines.append((id, baseline))
            if memory.baselines.count > Self.limit { memory.baselines.removeFirst() }
            return id
        }
    }

    /// The reading with an id; nil if there is none, or none any more.
    subscript(id: String) -> ECCBaseline? { memory.withLock { $0.baselines.first { $0.id == id }?.baseline } }

    /// The ids that can be given.
    var ids: [String] { memory.withLock { $0.baselines.map(\.id) } }
}

extension ECCBaseline {
    init(_ snapshot: NodeSnapshot) {
        var counters: [String: [ECCCounter]] = [:]
        for gpu in snapshot.gpus {
            guard let uuid = gpu.uuid.value, let health = gpu.memoryHealth else { continue }
            counters[uuid] = health.counters
        }
        self.init(collectedAtMicroseconds: snapshot.collectedAtMicroseconds, counters: counters)
    }
}

extension GPUMemoryHealth {
    /// Every counter that has a value.
    var counters: [ECCCounter] {
        var counters: [ECCCounter] = []
        func add(_ name: String, _ count: (some BinaryInteger)?) {
            if let count { counters.append(ECCCounter(name: name, count: UInt64(clamping: count))) }
        }
        for (period, counts) in [("volatile", volatile), ("aggregate", aggregate)] {
            add("\(period)_corrected", counts.corrected.value)
            add("\(period)_uncorrected", counts.uncorrected.value)
            for place in counts.locations {
                add("\(period)_corrected_\(place.location.word)", place.corrected.value)
                add("\(period)_uncorrected_\(place.location.word)", place.uncorrected.value)
            }
        }
        add("remapped_rows_corrected", remappedRows.value?.corrected)
        add("remapped_rows_uncorrected", remappedRows.value?.uncorrected)
        add("retired_pages_single_bit", retiredPages.singleBit.value)
        add("retired_pages_double_bit", retiredPages.doubleBit.value)
        return counters
    }
}
