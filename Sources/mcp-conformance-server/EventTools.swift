internal import MCP
internal import Synchronization

/// Tools that make something happen of which clients may want to hear.
enum EventTools {
    static func all(_ events: EventSource) -> [Tool] {
        [
            Fixture.tool("test_trigger_tool_change", "Announces that the list of tools has changed.") { _ in
                events.announce(.toolsChanged)
                return .text("tools/list_changed announced")
            },
            Fixture.tool("test_trigger_prompt_change", "Announces that the list of prompts has changed.") { _ in
                events.announce(.promptsChanged)
                return .text("prompts/list_changed announced")
            },
            Fixture.tool("test_trigger_resource_update", "Announces that test://watched-resource has changed.") { _ in
                events.announce(.resourceUpdated(uri: "test://watched-resource"))
                return .text("resources/updated announced")
            },
        ]
    }
}

/// Announces events on a server that is made after its tools.
final class EventSource: Sendable {
    private let server = Mutex<MCPServer?>(nil)

    func attach(_ server: MCPServer) { self.server.withLock { $0 = server } }

    /// Announces at once, and again a little later for clients that begin to listen only when they have the answer.
    func announce(_ event: ServerEvent) {
        guard let server = server.withLock({ $0 }) else { return }
        server.notify(event)
        Task {
            try await Task.sleep(for: .milliseconds(150))
            server.notify(event)
        }
    }
}
