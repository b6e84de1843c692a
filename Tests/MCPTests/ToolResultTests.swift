import JSON
import Testing

@testable import MCP

@Suite struct ToolResultTests {
    private static func written(_ result: ToolResult, _ revision: ProtocolRevision) -> String {
        var writer = JSONWriter()
        writer.object { result.write(for: revision, to: &$0) }
        return String(decoding: writer.finish(), as: UTF8.self)
    }

    @Test(arguments: ProtocolRevision.allCases)
    func aStructuredFailureTravelsAsTextOnly(revision: ProtocolRevision) throws {
        let result = ToolResult.structured(bytes: Array("{\"status\":\"error\"}".utf8), isError: true)
        let written = try JSONParser.parse(Self.written(result, revision))
        #expect(result.isError)
        #expect(written["isError"] == true)
        #expect(written["content"]?.arrayValue?.first?["text"] == "{\"status\":\"error\"}")
        #expect(written["structuredContent"] == nil)
        // Whoever calls it without a transport still has the object.
        #expect(result.structuredBytes != nil)
    }

    @Test(arguments: ProtocolRevision.allCases)
    func writingForSeveralChangesNothing(revision: ProtocolRevision) {
        let results: [ToolResult] = [
            .structured(bytes: Array(#"{"name":"a \"b\"","lines":["x\ny"]}"#.utf8)),
            .structured(bytes: Array("{\"broken\":\n1}".utf8)), .structured(bytes: Array("{}".utf8), text: "words"),
            .structured(bytes: Array("{}".utf8), isError: true), .text("t"), .failure(message: "f"),
        ]
        for result in results {
            let shared = result.forSeveral()
            #expect(shared == result)
            #expect(shared.text == result.text)
            #expect(Self.written(shared, revision) == Self.written(result, revision))
            #expect(Self.written(shared.forSeveral(), revision) == Self.written(result, revision))
        }
    }
}
