import MCP
import Synchronization

/// The steps that a tool has reported.
final class Collected: Sendable {
    private let steps = Mutex<[ToolProgress]>([])

    func add(_ step: ToolProgress) { steps.withLock { $0.append(step) } }

    var all: [ToolProgress] { steps.withLock { $0 } }
}
