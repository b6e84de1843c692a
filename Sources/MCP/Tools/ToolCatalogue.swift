import JSON

/// The tools of a server, in the order in which they are listed.
public struct ToolCatalogue: Sendable {
    let list: Catalogue<Tool>

    /// - Parameter tools: of those with equal names the first one counts.
    public init(_ tools: [Tool], pageSize: Int? = nil) { list = Catalogue(tools, pageSize: pageSize) }

    public var all: [Tool] { list.all }

    public subscript(name: String) -> Tool? { list[name] }

    /// The tool that somebody probably meant.
    public func nearest(to name: String) -> String? { list.nearest(to: name) }
}

extension Tool: Listed {
    var listName: String { name }

    func write(for revision: ProtocolRevision, to writer: inout JSONWriter) {
        writer.object { w in
            w.field("name", name)
            if revision >= .june2025 { w.field("title", title) }
            w.field("description", description)
            w.field("inputSchema", inputSchema)
            if revision >= .june2025 { w.field("outputSchema", outputSchema) }
            if revision >= .march2025 { writeAnnotations(to: &w) }
            icons.write(for: revision, to: &w)
            if revision >= .june2025 { w.field("_meta", meta.map { .object($0) }) }
        }
    }

    private func writeAnnotations(to writer: inout JSONWriter) {
        writer.object("annotations") { w in
            w.field("title", title)
            w.field("readOnlyHint", annotations.readOnlyHint)
            w.field("destructiveHint", annotations.destructiveHint)
            w.field("idempotentHint", annotations.idempotentHint)
            w.field("openWorldHint", annotations.openWorldHint)
        }
    }
}
