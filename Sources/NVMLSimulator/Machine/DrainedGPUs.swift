internal import Synchronization

/// The GPUs that a client has set to drain.
final class DrainedGPUs: Sendable {
    private let indexes = Mutex(Set<Int>())

    func contains(_ index: Int) -> Bool { indexes.withLock { $0.contains(index) } }

    func set(_ index: Int, _ drained: Bool) {
        indexes.withLock { indexes in
            if drained { indexes.insert(index) } else { indexes.remove(index) }
        }
    }
}
