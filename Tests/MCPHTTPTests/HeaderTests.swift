import HTTPTypes
import JSON
import MCP
import Testing

@testable import MCPHTTP

@Suite struct HeaderTests {
    @Test(arguments: [
        ("plain", "plain"), ("=?base64?ZXU=?=", "eu"), ("=?base64??=", ""), ("=?base64?ZXU=", "=?base64?ZXU="),
        ("=?base64?=", "=?base64?="), ("x=?base64?ZXU=?=", "x=?base64?ZXU=?="),
    ])
    func readsValues(value: String, text: String) {
        #expect(RoutingHeaders.decoded(value) == text)
    }

    @Test(arguments: ["=?base64?ZXU?=", "=?base64?Z?=", "=?base64?_-8=?=", "=?base64?/w==?="])
    func refusesBrokenValues(value: String) {
        #expect(RoutingHeaders.decoded(value) == nil)
    }

    private func fault(_ headers: HTTPFields, _ arguments: JSONObject) -> ProtocolError.Code? {
        let tool = Tool(
            name: "t", title: "t", description: "t",
            inputSchema: [
                "type": "object",
                "properties": [
                    "count": ["type": "integer", "x-mcp-header": "Count"],
                    "deep": [
                        "type": "object", "properties": ["flag": ["type": "boolean", "x-mcp-header": "Flag"]],
                    ],
                ],
            ]
        ) { _ in .text("") }
        let server = MCPServer(info: ServerInfo(name: "s", version: "1"), tools: [tool])
        var headers = headers
        headers[.protocolVersion] = "2026-07-28"
        headers[.mcpMethod] = "tools/call"
        headers[.mcpName] = "t"
        do throws(ProtocolError) {
            try RoutingHeaders(headers: RequestHeaders(headers), server: server).check(
                method: "tools/call", params: ["name": "t", "arguments": .object(arguments)], version: "2026-07-28")
            return nil
        } catch {
            return error.code
        }
    }

    @Test(arguments: [("w5w=", true), ("VcyI", false)])
    func comparesNamesByteForByte(name: String, isSame: Bool) {
        let server = MCPServer(info: ServerInfo(name: "s", version: "1"), tools: [])
        let headers: HTTPFields = [
            .protocolVersion: "2026-07-28", .mcpMethod: "prompts/get", .mcpName: "=?base64?\(name)?=",
        ]
        let routing = RoutingHeaders(headers: RequestHeaders(headers), server: server)
        let isTaken =
            (try? routing.check(method: "prompts/get", params: ["name": "\u{DC}"], version: "2026-07-28")) != nil
        #expect(isTaken == isSame)
    }

    @Test func tellsWhatTheFieldsTell() throws {
        var fields: HTTPFields = [.contentType: "application/json", .mcpName: "t"]
        for value in ["a", "b;q=1", ""] { fields.append(HTTPField(name: .accept, value: value)) }
        let headers = RequestHeaders(fields)
        for name in [HTTPField.Name.contentType, .accept, .mcpName, .mcpMethod, try #require(HTTPField.Name("ACCEPT"))]
        {
            #expect(headers[name] == fields[name])
            #expect(headers[values: name] == fields[values: name])
            #expect(headers.count(of: name) == fields[values: name].count)
        }
    }

    @Test(arguments: [
        ("application/json", true), ("*/*", true), ("APPLICATION/* ; q=0.001", true), ("application/json;q=0", false),
        ("application/json; Q=0.000", false), ("*/*;q=0", false), ("application/json;q=0, */*", false),
        ("*/*;q=0, application/*", true), ("application/*;q=0, application/json;q=0.1", true), ("text/*", false),
        ("application/json;profile=x;q=0", false), ("application/ json", false), ("", false),
    ])
    func whatClientsTake(accept: String, isTaken: Bool) {
        #expect(BodyForm.accepts("application/json", RequestHeaders([.accept: accept])) == isTaken)
    }

    @Test(arguments: [
        (["application/json"], true), ([" Application/JSON ; charset=utf-8"], true), (["application/ json"], false),
        (["application/json, text/plain"], false), (["application/json;charset=utf-8, text/plain"], false),
        (["application/json", "application/json"], false), (["application/json", "text/plain"], false),
    ])
    func bodiesHaveOneType(types: [String], isRight: Bool) {
        var headers: HTTPFields = [.accept: "*/*"]
        for type in types { headers.append(HTTPField(name: .contentType, value: type)) }
        let expected: HTTPResponse.Status? = isRight ? nil : .unsupportedMediaType
        #expect(refusal(RequestHeaders(headers)) == expected)
    }

    private func refusal(_ headers: RequestHeaders) -> HTTPResponse.Status? {
        do throws(Refusal) {
            try BodyForm.check(headers)
            return nil
        } catch {
            return error.status
        }
    }

    @Test func comparesArgumentsByTheirKind() throws {
        let count = try #require(HTTPField.Name("mcp-param-count"))
        let flag = try #require(HTTPField.Name("Mcp-Param-Flag"))
        #expect(fault([count: "7"], ["count": 7]) == nil)
        #expect(fault([count: "7.0"], ["count": 7]) == nil)
        #expect(fault([count: "8"], ["count": 7]) == .headerMismatch)
        #expect(fault([count: "x"], ["count": 7]) == .headerMismatch)
        #expect(fault([count: "0x10"], ["count": 16]) == .headerMismatch)
        #expect(fault([count: "9007199254740993"], ["count": 9_007_199_254_740_993]) == nil)
        #expect(fault([count: "9007199254740992"], ["count": 9_007_199_254_740_993]) == .headerMismatch)
        #expect(fault([:], ["count": 7]) == .headerMismatch)
        #expect(fault([:], [:]) == nil)
        #expect(fault([flag: "true"], ["deep": ["flag": true]]) == nil)
        #expect(fault([flag: "false"], ["deep": ["flag": true]]) == .headerMismatch)
        #expect(fault([flag: "true"], ["deep": [:]]) == .headerMismatch)
    }

    @Test(arguments: [("1-2", 1, 2), ("0-0", 0, 0)]) func readsEventIDs(text: String, stream: Int, number: Int) {
        #expect(EventID(text) == EventID(stream: stream, number: number))
        #expect(EventID(text)?.text == text)
    }

    @Test(arguments: ["", "1", "1-", "-1", "1-2-3", "a-1", "1--1", "99999999999999999999-1"])
    func refusesOtherEventIDs(text: String) {
        #expect(EventID(text) == nil)
    }
}
