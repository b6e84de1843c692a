import JSON

/// What a resource holds: text or bytes.
public struct ResourceContents: Sendable, Equatable {
    enum Body: Sendable, Equatable {
        case text(String)
        case bytes([UInt8])
    }

    public let uri: String
    public let mimeType: String?
    let body: Body

    /// Contents in words, JSON or another text format.
    public init(uri: String, mimeType: String? = "text/plain", text: String) {
        self.uri = uri
        self.mimeType = mimeType
        body = .text(text)
    }

    /// Contents that are no text; they travel as Base64.
    public init(uri: String, mimeType: String?, bytes: [UInt8]) {
        self.uri = uri
        self.mimeType = mimeType
        body = .bytes(bytes)
    }

    func write(to writer: inout JSONWriter) {
        writer.object { w in
            w.field("uri", uri)
            w.field("mimeType", mimeType)
            switch body {
            case .text(let text): w.field("text", text)
            case .bytes(let bytes): w.field("blob", Base64.encode(bytes))
            }
        }
    }
}

/// A resource, named in an answer for the client to read if it wants to.
public struct ResourceLink: Sendable, Equatable {
    public let uri: String
    public let name: String
    public let title: String?
    public let description: String?
    public let mimeType: String?

    public init(uri: String, name: String, title: String? = nil, description: String? = nil, mimeType: String? = nil) {
        self.uri = uri
        self.name = name
        self.title = title
        self.description = description
        self.mimeType = mimeType
    }

    func writeMembers(for revision: ProtocolRevision, to writer: inout JSONWriter) {
        writer.field("uri", uri)
        writer.field("name", name)
        if revision >= .june2025 { writer.field("title", title) }
        writer.field("description", description)
        writer.field("mimeType", mimeType)
    }
}
