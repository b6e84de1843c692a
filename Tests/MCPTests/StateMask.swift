import JSON
import Synchronization

/// Replaces values of `requestState`, which differ from run to run, by numbers: `<state 1>` is the first one that was seen.
final class StateMask: Sendable {
    private let seen = Mutex<[String]>([])

    func put(on line: String) -> String {
        guard let state = try? JSONParser.parse(line)["result"]?["requestState"]?.stringValue else { return line }
        let number = seen.withLock { seen in
            seen.append(state)
            return seen.count
        }
        return line.replacing(state, with: "<state \(number)>")
    }

    func removed(from line: String) -> String {
        var line = line
        for (index, state) in seen.withLock({ $0 }).enumerated() {
            line = line.replacing("<state \(index + 1)>", with: state)
        }
        return line
    }
}
