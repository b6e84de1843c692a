internal import EventLoop
internal import MCP
internal import Probe
internal import Tools

/// For commands that ask once and end: whoever asked cannot ask again while the driver goes on with its start.
extension ToolContext {
    /// How often it is asked again: once for a start that ends, and once more for GPUs that are slow to open after it.
    private static let askedAgain = 2

    /// Asks once more where the driver was still starting, when it has done so or has shown that it hangs.
    ///
    /// - Parameter ask: calls a tool that changes nothing.
    func askWhenStarted(_ ask: () async -> ToolResult) async -> ToolResult {
        var result = await ask()
        for attempt in 0..<Self.askedAgain where probe.isStillWorking {
            if attempt == 0 { StandardError.say("The NVIDIA driver is still starting; waiting for it.") }
            while probe.isStillWorking, (try? await loop.sleep(for: .milliseconds(50))) != nil {}
            result = await ask()
        }
        return result
    }
}
