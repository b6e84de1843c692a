import JSON
import Testing

@testable import MCP

@Suite struct SchemaCheckTests {
    static let schema: JSONValue = [
        "type": "object",
        "properties": [
            "gpu": ["anyOf": [["type": "integer", "minimum": 0], ["type": "string", "minLength": 3]]],
            "either": ["type": ["integer", "string"]],
            "gpus": ["type": "array", "items": ["type": "integer"], "maxItems": 2],
            "ratio": ["type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1],
            "confirm": ["type": "boolean"],
            "interval_ms": ["type": "integer", "minimum": 100, "maximum": 60_000],
            "detail": ["type": "string", "enum": ["summary", "full_list"]],
            "level": ["enum": [1, 2]],
            "name": ["type": "string", "maxLength": 3],
            "maybe": ["type": ["string", "null"]],
            "filter": ["type": "object", "properties": ["pid": ["type": "integer"]], "required": ["pid"]],
        ],
        "additionalProperties": false,
    ]

    private func check(_ arguments: JSONObject) -> (JSONObject, [String]) {
        var check = SchemaCheck()
        let checked = check.check(arguments, Self.schema.objectValue ?? [:], at: "")
        return (checked, check.problems)
    }

    static let tidied: [(JSONObject, JSONObject)] = [
        (["gpu": 0], ["gpu": 0]), (["gpu": "GPU-1"], ["gpu": "GPU-1"]), (["gpu": "0"], ["gpu": 0]),
        (["either": "7"], ["either": "7"]), (["either": 7], ["either": 7]),
        (["gpus": 1], ["gpus": [1]]), (["gpus": ["1", 2.0]], ["gpus": [1, 2]]),
        (["ratio": "0.5"], ["ratio": 0.5]), (["confirm": "True"], ["confirm": true]),
        (["interval_ms": " 500 "], ["interval_ms": 500]), (["intervalMs": 500], ["interval_ms": 500]),
        (["Interval-MS": 500.0], ["interval_ms": 500]), (["detail": "Full List"], ["detail": "full_list"]),
        (["level": "2"], ["level": 2]), (["name": 12], ["name": "12"]),
        (["maybe": nil, "name": nil], ["maybe": nil]), (["filter": ["pid": "4"]], ["filter": ["pid": 4]]),
    ]

    @Test(arguments: tidied) func tidies(arguments: JSONObject, expected: JSONObject) {
        let (checked, problems) = check(arguments)
        #expect(problems.isEmpty)
        #expect(checked == expected)
    }

    static let refused: [(JSONObject, String)] = [
        (["gpu": -1], #"Argument "gpu" is -1; it must be an integer or a string."#),
        (["gpu": true], #"Argument "gpu" is true; it must be an integer or a string."#),
        (["either": [1]], #"Argument "either" is [1], which is not an integer or a string."#),
        (["gpus": ["x"]], #"Argument "gpus[0]" is "x", which is not an integer."#),
        (["gpus": [1, 2, 3]], #"Argument "gpus" has 3 elements; at most 2 are allowed."#),
        (["gpus": ["x", "y", "z"]], #"Argument "gpus" has 3 elements; at most 2 are allowed."#),
        (["ratio": 1], #"Argument "ratio" is 1; it must be above 0 and below 1."#),
        (["ratio": "NaN"], #"Argument "ratio" is "NaN", which is not a number."#),
        (["confirm": 1], #"Argument "confirm" is 1, which is not a boolean."#),
        (["interval_ms": 99], #"Argument "interval_ms" is 99; it must be at least 100 and at most 60000."#),
        (["interval_ms": 1e300], #"Argument "interval_ms" is 1e+300, which is not an integer."#),
        (
            ["detail": "sumary"],
            #"Argument "detail" is "sumary"; choose one of "summary", "full_list" (nearest: "summary")."#
        ),
        (["level": 3], #"Argument "level" is 3; choose one of 1, 2."#),
        (["name": "abcd"], #"Argument "name" has 4 characters; at most 3 are allowed."#),
        (["filter": [:]], #"Argument "filter.pid" is missing (integer)."#),
        (["filter": "x"], #"Argument "filter" is "x", which is not an object."#),
    ]

    @Test(arguments: refused) func refuses(arguments: JSONObject, problem: String) {
        #expect(check(arguments).1 == [problem])
    }

    @Test func ofManyProblemsTheFirstFewAreWorded() {
        let many = JSONObject((0..<50_000).map { ("unknown\($0)", JSONValue.int(1)) })
        var check = SchemaCheck()
        _ = check.check(many, Self.schema.objectValue ?? [:], at: "")
        #expect(check.problems.count == 5)
        #expect(check.problems.last?.hasPrefix(#"Argument "unknown4" is unknown. Known: "#) == true)
        #expect(check.problemCount == 50_000)
        let fault = ArgumentFault(tool: "t", problems: check.problems, of: check.problemCount)
        #expect(fault.message.hasSuffix(" And 49995 more. Call t again with this corrected."))
    }

    @Test func arraysHaveALimitAlsoWhereTheSchemaNamesNone() {
        let many = JSONValue.array(Array(repeating: "x", count: 10_001))
        var check = SchemaCheck()
        let schema: JSONObject = ["properties": ["pids": ["type": "array", "items": ["type": "integer"]]]]
        _ = check.check(["pids": many] as JSONObject, schema, at: "")
        #expect(check.problems == [#"Argument "pids" has 10001 elements; at most 10000 are allowed."#])
    }

    @Test func looksAtNothingWhereTheSchemaSaysNothing() {
        var check = SchemaCheck()
        let checked = check.check(["a": [1, nil]] as JSONObject, ["type": "object"], at: "")
        #expect(check.problems.isEmpty)
        #expect(checked == ["a": [1, nil]])
    }

    @Test func showsValuesShortAndHarmless() {
        #expect(shown(.string(String(repeating: "x", count: 200))).unicodeScalars.count == 81)
        #expect(shortened("a\u{1B}[31m\u{9B}b") == "a [31m b")
    }
}
