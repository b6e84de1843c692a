public import JSON

/// An argument of a tool that a request over HTTP repeats in a header of its own, so that proxies can route by it; the
/// tool's schema marks it with `x-mcp-header` (revision 2026-07-28).
public struct HeaderParameter: Sendable, Equatable {
    /// The properties that lead to the argument, the outermost first.
    public let path: [String]
    /// The header's name: `Mcp-Param-` and what the schema says.
    public let header: String

    /// Those of a tool with these arguments, in the schema's order.
    static func all(in schema: JSONValue, below path: [String] = []) -> [HeaderParameter] {
        (schema["properties"]?.objectValue ?? [:]).flatMap { property in
            let path = path + [property.key]
            let own = property.value["x-mcp-header"]?.stringValue.map {
                HeaderParameter(path: path, header: "Mcp-Param-\($0)")
            }
            return all(in: property.value, below: path) + (own.map { [$0] } ?? [])
        }
    }

    /// What a call gives for it; nil where it gives nothing, or null.
    public func argument(in arguments: JSONValue?) -> JSONValue? {
        let value = path.reduce(arguments) { $0?[$1] }
        return value?.isNull == true ? nil : value
    }
}
