internal import CNVML
internal import Scenarios
internal import Synchronization

/// The event sets that clients have made.
final class EventSets: Sendable {
    /// One device in a set: what it was registered for, when, and how many of its events were handed out.
    struct Registration {
        let device: Int
        var types: UInt64
        let since: Double
        var delivered: Set<Int> = []
    }

    private struct State {
        var sets: [Int: [Registration]] = [:]
        var next = 0
    }

    private let state = Mutex(State())

    func create() -> Int {
        state.withLock { state in
            state.next += 1
            state.sets[state.next] = []
            return state.next
        }
    }

    /// - Returns: false when there is no such set.
    func free(_ set: Int) -> Bool { state.withLock { $0.sets.removeValue(forKey: set) != nil } }

    func register(_ set: Int, device: Int, types: UInt64) -> Bool {
        state.withLock { state in
            guard var registrations = state.sets[set] else { return false }
            if let position = registrations.firstIndex(where: { $0.device == device }) {
                registrations[position].types |= types
            } else {
                registrations.append(Registration(device: device, types: types, since: SimulatedClock.monotonic))
            }
            state.sets[set] = registrations
            return true
        }
    }

    func registrations(_ set: Int) -> [Registration]? { state.withLock { $0.sets[set] } }

    /// What a wait finds: an event that is due, or how long it is until the next one.
    enum Finding {
        case due(device: Int, SimulatedEvent)
        case later(at: Double)
        case nothing
        case noSuchSet
    }

    func take(_ set: Int, from devices: [SimulatedDevice], at now: Double) -> Finding {
        state.withLock { state in
            guard let registrations = state.sets[set] else { return .noSuchSet }
            var next = Double.infinity
            for (position, registration) in registrations.enumerated() {
                for (number, event) in devices[registration.device].gpu.events.queue.enumerated() {
                    guard event.type & registration.types != 0, !registration.delivered.contains(number) else {
                        continue
                    }
                    let due = registration.since + event.after
                    if due <= now {
                        state.sets[set]?[position].delivered.insert(number)
                        return .due(device: registration.device, event)
                    }
                    next = min(next, due)
                }
            }
            return next == .infinity ? .nothing : .later(at: next)
        }
    }
}
