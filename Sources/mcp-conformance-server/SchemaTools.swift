internal import JSON
internal import MCP

/// Tools whose schemas must reach clients as they are.
enum SchemaTools {
    static let all = [
        Tool(
            name: "json_schema_2020_12_tool", title: "json_schema_2020_12_tool",
            description: "Has an input schema with keywords of JSON Schema 2020-12.", inputSchema: schema,
            annotations: Fixture.plain
        ) { call in .text("Called with \(String(decoding: call.arguments.encoded(), as: UTF8.self))") },
        Tool(
            name: "test_custom_header", title: "test_custom_header",
            description: "Has an argument that is repeated in a header.",
            inputSchema: [
                "type": "object",
                "properties": [
                    "region": ["type": "string", "description": "A region", "x-mcp-header": "Region"],
                    "query": ["type": "string"],
                ],
            ], annotations: Fixture.plain
        ) { call in .text("Region: \(call.arguments["region"]?.stringValue ?? "none")") },
    ]

    private static let schema: JSONValue = [
        "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
        "$defs": [
            "address": [
                "$anchor": "addressDef", "type": "object",
                "properties": ["street": ["type": "string"], "city": ["type": "string"]],
            ]
        ],
        "properties": [
            "name": ["type": "string"], "address": ["$ref": "#/$defs/address"],
            "contactMethod": ["type": "string", "enum": ["phone", "email"]], "phone": ["type": "string"],
            "email": ["type": "string"],
        ],
        "allOf": [["anyOf": [["required": ["phone"]], ["required": ["email"]]]]],
        "if": ["properties": ["contactMethod": ["const": "phone"]], "required": ["contactMethod"]],
        "then": ["required": ["phone"]], "else": ["required": ["email"]], "additionalProperties": false,
    ]
}
