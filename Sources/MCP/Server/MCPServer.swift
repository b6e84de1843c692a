import JSON
import Synchronization

/// What a server is and offers: the part that all its connections share.
public final class MCPServer: Sendable {
    public let info: ServerInfo
    /// Guidance for the model on how the tools work together; hosts cut it at 2 KB.
    public let instructions: String?
    public let tools: ToolCatalogue
    /// How long a client may keep lists and the server's description, in milliseconds.
    let timeToLive = 3_600_000

    /// The members that end every result of a stateless revision.
    let statelessMeta: [UInt8]

    /// - Parameter pageSize: how many tools one page of `tools/list` holds; all, if nil.
    public init(info: ServerInfo, instructions: String? = nil, tools: [Tool], pageSize: Int? = nil) {
        self.info = info
        self.instructions = instructions
        self.tools = ToolCatalogue(tools, pageSize: pageSize)
        var writer = JSONWriter()
        writer.object { w in
            w.key(RequestEnvelope.serverKey)
            info.write(for: .july2026, to: &w)
        }
        statelessMeta = writer.finish()
    }
}

/// How a server introduces itself.
public struct ServerInfo: Sendable {
    public let name: String
    public let version: String
    /// The name for people.
    public let title: String?
    public let description: String?
    public let websiteURL: String?

    public init(
        name: String, version: String, title: String? = nil, description: String? = nil, websiteURL: String? = nil
    ) {
        self.name = name
        self.version = version
        self.title = title
        self.description = description
        self.websiteURL = websiteURL
    }

    func write(for revision: ProtocolRevision, to writer: inout JSONWriter) {
        writer.object { w in
            w.field("name", name)
            if revision >= .june2025 { w.field("title", title) }
            w.field("version", version)
            guard revision >= .november2025 else { return }
            w.field("description", description)
            w.field("websiteUrl", websiteURL)
        }
    }
}
