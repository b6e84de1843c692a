import TestSupport
import Testing

@Suite("An agent that nobody asks anything", .blocking)
struct IdleTests {
    @Test("ends by itself, although its input stays open")
    func idle() throws {
        let agent = try Session(["\(Cluster.products)/k8s-mcp-agent", "serve", "--idle-timeout", "1"], environment: [])
        #expect(agent.end() == 0)
        #expect(agent.complaint.contains("no request for 1 s"))
        #expect(agent.text.isEmpty)
    }
}
