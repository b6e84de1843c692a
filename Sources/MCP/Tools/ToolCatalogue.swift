import JSON
import Synchronization

/// The tools of a server, in the order in which they are listed.
public final class ToolCatalogue: Sendable {
    public let all: [Tool]
    private let positions: [String: Int]
    private let pageSize: Int
    /// Lists encoded once for each revision and page, since clients ask for them at every start.
    private let encoded = Mutex<[Page: [UInt8]]>([:])

    private struct Page: Hashable {
        let revision: ProtocolRevision
        let start: Int
    }

    /// - Parameter tools: of those with equal names the first one counts.
    public init(_ tools: [Tool], pageSize: Int? = nil) {
        var positions: [String: Int] = [:]
        var kept: [Tool] = []
        for tool in tools where positions[tool.name] == nil {
            positions[tool.name] = kept.count
            kept.append(tool)
        }
        all = kept
        self.positions = positions
        self.pageSize = max(pageSize ?? kept.count, 1)
    }

    public subscript(name: String) -> Tool? { positions[name].map { all[$0] } }

    /// The tool that somebody probably meant.
    public func nearest(to name: String) -> String? { NearestMatch.of(name, in: all.map(\.name)) }

    /// Where the page that a cursor names begins; nil for a cursor that we did not give out.
    ///
    /// A cursor is the last name of the page before, so that it stays right when tools are added.
    func start(of cursor: String) -> Int? {
        if cursor.isEmpty { return 0 }
        guard cursor.hasPrefix(Self.cursorPrefix) else { return nil }
        return positions[String(cursor.dropFirst(Self.cursorPrefix.count))].map { $0 + 1 }
    }

    private static let cursorPrefix = "after:"

    /// The members `tools` and `nextCursor` of a list's result, as one JSON object.
    func page(from start: Int, for revision: ProtocolRevision) -> EncodedPage {
        let tools = all[min(start, all.count)...].prefix(pageSize)
        let key = Page(revision: revision, start: start)
        let list = encoded.withLock { pages in
            if let page = pages[key] { return page }
            let page = Self.encode(tools, for: revision)
            pages[key] = page
            return page
        }
        let hasMore = start + tools.count < all.count
        return EncodedPage(tools: list, nextCursor: hasMore ? tools.last.map { Self.cursorPrefix + $0.name } : nil)
    }

    struct EncodedPage {
        let tools: [UInt8]
        let nextCursor: String?
    }

    private static func encode(_ tools: some Sequence<Tool>, for revision: ProtocolRevision) -> [UInt8] {
        var writer = JSONWriter(reserving: 16_384)
        writer.array { w in for tool in tools { tool.write(for: revision, to: &w) } }
        return writer.finish()
    }
}

extension Tool {
    /// The tool as a client of that revision knows tools: what is newer is left out.
    func write(for revision: ProtocolRevision, to writer: inout JSONWriter) {
        writer.object { w in
            w.field("name", name)
            if revision >= .june2025 { w.field("title", title) }
            w.field("description", description)
            w.field("inputSchema", inputSchema)
            if revision >= .june2025 { w.field("outputSchema", outputSchema) }
            if revision >= .march2025 { writeAnnotations(to: &w) }
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
