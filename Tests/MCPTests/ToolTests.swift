import ExchangeServers
import JSON
import Testing

@testable import MCP

@Suite struct ToolTests {
    @Test func callsAToolAsAServerWould() async {
        let result = await ExampleServer.echo.call(arguments: ["message": "hi", "times": "2"])
        #expect(result.text == #"{"echo":"hi","times":2}"#)
        #expect(result.structuredBytes == Array(result.text.utf8))
        #expect(!result.isError)
        #expect(!result.isWrongUsage)
    }

    @Test func aFaultInTheArgumentsIsAFailure() async {
        let result = await ExampleServer.echo.call(arguments: [:])
        #expect(result.isError)
        #expect(result.isWrongUsage)
        #expect(result.structuredBytes == nil)
        #expect(result.text.hasPrefix(#"echo was not run. Argument "message" is missing"#))
    }

    @Test func reportsProgressToWhoeverListens() async {
        let steps = Collected()
        let heard = await ExampleServer.steps.call(arguments: [:]) { steps.add($0) }
        #expect(heard == .text("reported"))
        #expect(steps.all.map(\.value) == [0, 50.5, 50.5, 20, 100])
        #expect(await ExampleServer.steps.call(arguments: [:]) == .text("nobody listened"))
    }

    @Test func ofToolsWithOneNameTheFirstCounts() {
        let twin = Tool(name: "echo", title: "Twin", description: "", inputSchema: [:]) { _ in .text("") }
        let catalogue = ToolCatalogue([ExampleServer.echo, twin, ExampleServer.fail])
        #expect(catalogue.all.map(\.title) == ["Echo", "Fail"])
        #expect(catalogue["echo"]?.title == "Echo")
        #expect(catalogue["nothing"] == nil)
        #expect(catalogue.nearest(to: "eco") == "echo")
    }

    @Test func readsClientCapabilitiesLeniently() {
        let told = ClientCapabilities([
            "sampling": [:], "roots": true, "elicitation": ["url": [:]], "extensions": ["example/x": ["a": 1]],
        ])
        #expect(told.sampling)
        #expect(!told.roots)
        #expect(!told.formElicitation)
        #expect(told.urlElicitation)
        #expect(told.extension("example/x") == ["a": 1])
        #expect(ClientCapabilities(["elicitation": [:]]).formElicitation)
        #expect(!ClientCapabilities().sampling)
    }

    @Test func keepsLittleOfWhatAClientSaysOfItself() {
        let long = JSONValue.string(String(repeating: "x", count: 5_000))
        #expect(ClientCapabilities(["extensions": ["example/x": ["a": long]]]).extension("example/x") == nil)
        let info = SessionInfo(
            revision: .november2025, client: ["name": long, "version": "1\u{1B}[2J"],
            capabilities: ["experimental": long])
        #expect(info.clientName?.unicodeScalars.count == 257)
        #expect(info.clientVersion == "1 [2J")
    }
}
