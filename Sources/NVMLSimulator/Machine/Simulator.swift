internal import CNVML
internal import Scenarios
internal import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The one simulated machine of this process: NVML's functions take no context, so it has to be global.
let simulator = Simulator()

/// The state behind NVML's functions.
final class Simulator: Sendable {
    /// Nil when no scenario was named, or it cannot be used.
    private let loaded: SimulatedNode?
    /// Why there is no machine.
    let problem: String
    /// How many initialisations wait for their shutdown.
    private let users = Atomic<Int>(0)
    let eventSets = EventSets()
    let drained = DrainedGPUs()

    init() {
        guard let name = getenv("NVML_SIMULATOR_SCENARIO").map({ String(cString: $0) }), !name.isEmpty else {
            loaded = nil
            problem = "set NVML_SIMULATOR_SCENARIO to a scenario's name or file"
            return
        }
        do throws(ScenarioError) {
            loaded = SimulatedNode(try Scenario.resolve(name))
            problem = ""
        } catch {
            loaded = nil
            problem = error.description
        }
    }

    /// The machine, while it is initialised.
    @inline(__always)
    var node: SimulatedNode? { users.load(ordering: .acquiring) > 0 ? loaded : nil }

    /// The machine, initialised or not.
    var uninitialisedNode: SimulatedNode? { loaded }

    /// - Parameter attachAll: whether every GPU must answer, as the oldest nvmlInit wants it.
    func initialise(attachAll: Bool) -> nvmlReturn_t {
        guard let loaded else {
            complain(problem)
            return NVML_ERROR_DRIVER_NOT_LOADED
        }
        if let code = loaded.faults.pass(.initialise) { return code }
        if attachAll {
            for device in loaded.devices {
                if let code = device.faults.pass(.deviceGetHandleByIndex) { return code }
            }
        }
        users.add(1, ordering: .acquiringAndReleasing)
        return NVML_SUCCESS
    }

    func shutDown() -> nvmlReturn_t {
        var current = users.load(ordering: .acquiring)
        while current > 0 {
            let (exchanged, original) = users.compareExchange(
                expected: current, desired: current - 1, ordering: .acquiringAndReleasing)
            if exchanged { return NVML_SUCCESS }
            current = original
        }
        return NVML_ERROR_UNINITIALIZED
    }

    private func complain(_ text: String) {
        let line = "nvml simulator: \(text)\n"
        _ = line.withCString { write(2, $0, strlen($0)) }
    }
}
