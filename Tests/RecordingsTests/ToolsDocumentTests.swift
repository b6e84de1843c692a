import Foundation
import TestSupport
import Testing

/// docs/tools.md is what the program says of itself.
@Suite(.blocking) struct ToolsDocumentTests {
    @Test func theDocumentIsUpToDate() throws {
        let (status, text) = try Agent.run(["tools", "--markdown"])
        #expect(status == 0)
        let file = Recording.package.appending(path: "docs/tools.md")
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        let written = try String(contentsOf: file, encoding: .utf8)
        #expect(written == text, "docs/tools.md is stale: run `make docs`")
    }

    @Test func everythingOnOfferIsInIt() throws {
        let session = try AgentSession(simulating: "t4x1")
        let text = try Agent.run(["tools", "--markdown"]).output
        for tool in try session.tools() { #expect(text.contains("\n## \(tool)\n")) }
        for word in ["`gpu://node`", "`gpu://gpus/{uuid}`", "`gpu-triage`"] {
            #expect(text.contains(word))
        }
    }
}
