import Testing

@testable import MCP

@Suite struct URITemplateTests {
    @Test(arguments: [
        ("gpu://gpus/{uuid}", "gpu://gpus/GPU-1", ["uuid": "GPU-1"]),
        ("gpu://gpus/{uuid}/telemetry", "gpu://gpus/a%2Fb/telemetry", ["uuid": "a/b"]),
        ("test://{a}-{b}", "test://1-2-3", ["a": "1-2", "b": "3"]),
        ("doc://{+path}", "doc://a/b?c", ["path": "a/b?c"]),
        ("doc://{+path}/end", "doc://a/end/end", ["path": "a/end"]),
        ("plain://x", "plain://x", [:]),
    ])
    func findsTheVariables(template: String, uri: String, values: [String: String]) {
        #expect(URITemplate(template).match(uri) == values)
    }

    @Test(arguments: [
        ("gpu://gpus/{uuid}", "gpu://gpus/"), ("gpu://gpus/{uuid}", "gpu://gpus/a/b"),
        ("gpu://gpus/{uuid}", "other://a"),
        ("gpu://gpus/{uuid}", "gpu://gpus/%"), ("gpu://gpus/{uuid}", "gpu://gpus/%G0"),
        ("gpu://gpus/{uuid}", "gpu://gpus/%FF"),
        ("plain://x", "plain://xy"), ("a{b}c", "a?c"),
    ])
    func refusesOtherURIs(template: String, uri: String) {
        #expect(URITemplate(template).match(uri) == nil)
    }

    @Test func namesItsVariables() {
        #expect(URITemplate("a://{b}/{+c}/d").variables == ["b", "c"])
        #expect(URITemplate("a://{b").variables == [])
    }
}
