internal import EventLoop
internal import Probe
internal import Snapshots
internal import Tools

/// For commands that ask once and end: whoever asked cannot ask again while the driver goes on with its start.
extension ToolContext {
    /// How often it is asked again: once for a start that ends, and once more for GPUs that are slow to open after it.
    private static let askedAgain = 2

    /// For how many times the patience with one start it is waited each time: longer than a start and eight slow GPUs take.
    private static let longestWait = 4

    /// Asks again where the child still goes on with what was asked: when it has come to an end of it, or shown that it hangs.
    ///
    /// - Parameter ask: calls a tool that changes nothing, or reads.
    func askWhenStarted<Answer: Sendable>(_ ask: () async -> Answer) async -> Answer {
        var result = await ask()
        for attempt in 0..<Self.askedAgain where probe.isStillWorking {
            let longest = ProbeInterruption.patienceAtStart(deadline: probe.deadline) * Self.longestWait
            if attempt == 0 {
                let seconds = max(1, longest.components.seconds)
                StandardError.say("The NVIDIA driver is still starting, or slow; waiting up to \(seconds) s for it.")
            }
            let end = MonotonicTime.now + longest
            while probe.isStillWorking, MonotonicTime.now < end,
                (try? await loop.sleep(for: .milliseconds(50))) != nil
            {}
            result = await ask()
        }
        return result
    }
}
