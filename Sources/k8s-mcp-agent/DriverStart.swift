internal import EventLoop
internal import MCP
internal import Probe
internal import Tools

/// For commands that ask once and end: whoever asked cannot ask again while the driver goes on with its start.
extension ToolContext {
    /// Asks once more where the driver was still starting, when it has done so or has shown that it hangs.
    ///
    /// - Parameter ask: calls a tool that changes nothing.
    func askWhenStarted(_ ask: () async -> ToolResult) async -> ToolResult {
        let result = await ask()
        guard probe.isStarting else { return result }
        StandardError.say("The NVIDIA driver is still starting; waiting for it.")
        while probe.isStarting, (try? await loop.sleep(for: .milliseconds(50))) != nil {}
        return await ask()
    }
}
