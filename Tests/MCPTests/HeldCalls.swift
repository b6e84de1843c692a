import Foundation
import Synchronization

@testable import MCP

/// Calls of the tool `hold` that wait until the test lets them go on, numbered from 1 as they came.
final class HeldCalls: Sendable {
    private let calls = Mutex<[WakeUpSignal]>([])

    var count: Int { calls.withLock { $0.count } }

    /// Returns when the call is released or cancelled.
    func hold() async {
        let signal = WakeUpSignal()
        calls.withLock { $0.append(signal) }
        await signal.wait()
    }

    func release(_ number: Int) {
        let call = calls.withLock { $0.indices.contains(number - 1) ? $0[number - 1] : nil }
        call?.fire()
    }

    /// Waits until so many calls have come; false where they do not.
    func waitFor(_ number: Int) async -> Bool {
        for _ in 0..<1_000 where count < number { try? await Task.sleep(for: .milliseconds(20)) }
        return count >= number
    }
}
