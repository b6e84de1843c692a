/// One block of what a tool answers or a prompt says.
public struct Content: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        case text(String)
        case image([UInt8], mimeType: String)
        case audio([UInt8], mimeType: String)
        case link(ResourceLink)
        case resource(ResourceContents)
    }

    let kind: Kind
    /// Hints to the host; nil says nothing.
    public var annotations: Annotations?

    private init(_ kind: Kind) { self.kind = kind }

    public static func text(_ text: String) -> Content { Content(.text(text)) }

    /// A picture.
    public static func image(_ data: [UInt8], mimeType: String) -> Content {
        Content(.image(data, mimeType: mimeType))
    }

    /// A sound. Clients of 2024-11-05 get a sentence in its place, since they know no sounds.
    public static func audio(_ data: [UInt8], mimeType: String) -> Content {
        Content(.audio(data, mimeType: mimeType))
    }

    /// A resource that the client may read. Clients before 2025-06-18 get its name and URI as text.
    public static func link(_ link: ResourceLink) -> Content { Content(.link(link)) }

    /// A resource, contents and all.
    public static func resource(_ contents: ResourceContents) -> Content { Content(.resource(contents)) }

    /// The same block with annotations.
    public func annotated(_ annotations: Annotations) -> Content {
        var content = self
        content.annotations = annotations
        return content
    }

    /// The words of a text block.
    public var text: String? {
        if case .text(let text) = kind { text } else { nil }
    }
}

/// Who speaks, or who is spoken to.
public enum Role: String, Sendable {
    case user, assistant
}

/// Hints on how to use a piece of content or a resource.
public struct Annotations: Sendable, Equatable {
    /// For whom it is meant.
    public var audience: [Role]
    /// From 0, entirely optional, to 1, effectively required.
    public var priority: Double?
    /// When it changed last, by ISO 8601.
    public var lastModified: String?

    public init(audience: [Role] = [], priority: Double? = nil, lastModified: String? = nil) {
        self.audience = audience
        self.priority = priority
        self.lastModified = lastModified
    }
}

/// A picture that a host may show beside a name.
public struct Icon: Sendable, Equatable {
    /// An `https:` or `data:` URI.
    public let source: String
    public let mimeType: String?
    /// Such as `48x48` or `any`.
    public let sizes: [String]

    public init(source: String, mimeType: String? = nil, sizes: [String] = []) {
        self.source = source
        self.mimeType = mimeType
        self.sizes = sizes
    }
}
