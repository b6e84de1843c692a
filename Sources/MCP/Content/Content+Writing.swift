import JSON

extension Content {
    /// The block as a client of that revision knows blocks.
    func write(for revision: ProtocolRevision, to writer: inout JSONWriter) {
        writer.object { w in
            switch kind {
            case .text(let text):
                w.typed("text", text)
            case .image(let data, let mimeType):
                w.media("image", data, mimeType)
            case .audio(let data, let mimeType) where revision >= .march2025:
                w.media("audio", data, mimeType)
            case .audio(let data, let mimeType):
                w.typed("text", "[a sound, \(mimeType), \(data.count) bytes]")
            case .link(let link) where revision >= .june2025:
                w.field("type", "resource_link")
                link.writeMembers(for: revision, to: &w)
            case .link(let link):
                w.typed("text", "\(link.title ?? link.name): \(link.uri)")
            case .resource(let contents):
                w.field("type", "resource")
                w.key("resource")
                contents.write(to: &w)
            }
            annotations?.write(for: revision, to: &w)
        }
    }
}

extension JSONWriter {
    fileprivate mutating func typed(_ type: String, _ text: String) {
        field("type", type)
        field("text", text)
    }

    fileprivate mutating func media(_ type: String, _ data: [UInt8], _ mimeType: String) {
        field("type", type)
        field("data", Base64.encode(data))
        field("mimeType", mimeType)
    }
}

extension Annotations {
    func write(for revision: ProtocolRevision, to writer: inout JSONWriter) {
        writer.object("annotations") { w in
            if !audience.isEmpty { w.array("audience") { w in for role in audience { w.string(role.rawValue) } } }
            w.field("priority", priority)
            if revision >= .june2025 { w.field("lastModified", lastModified) }
        }
    }
}

extension [Icon] {
    /// The member `icons`, where there are any and the revision knows them.
    func write(for revision: ProtocolRevision, to writer: inout JSONWriter) {
        guard !isEmpty, revision >= .november2025 else { return }
        writer.array("icons") { w in
            for icon in self {
                w.object { w in
                    w.field("src", icon.source)
                    w.field("mimeType", icon.mimeType)
                    if !icon.sizes.isEmpty { w.array("sizes") { w in for size in icon.sizes { w.string(size) } } }
                }
            }
        }
    }
}
