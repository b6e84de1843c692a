internal import Diagnosis
internal import JSON
internal import MCP

/// `gpu://xid/{number}`: what an Xid or SXid means, from the catalogues. Needs no hardware.
enum XidResource {
    static func template(_ context: ToolContext) -> ResourceTemplate {
        ResourceTemplate(
            uriTemplate: "gpu://xid/{number}", name: "xid", title: "What an Xid means",
            description:
                "One Xid (or NVSwitch SXid) of the catalogue: meaning, cause, severity, first action, what to look at next.",
            mimeType: ToolDocument.mimeType, annotations: Annotations(audience: [.assistant, .user], priority: 0.6),
            cache: .fixed, completers: ["number": { $0.matches(await context.xidNumbers()) }]
        ) { call in
            guard let entry = entry(call.variables) else { throw CallError.notFound }
            return [ResourceContents(uri: call.uri, mimeType: ToolDocument.mimeType, text: text(entry))]
        } accepts: {
            entry($0) != nil
        }
    }

    private enum Entry {
        case xid(XidEntry)
        case sxid(SXidEntry)
    }

    /// Xid numbers have up to three digits and SXid numbers five, so a number is in one catalogue at most.
    private static func entry(_ variables: [String: String]) -> Entry? {
        guard let number = variables["number"].flatMap({ UInt32($0) }) else { return nil }
        let xid = XidCatalog().entry(number)
        if xid.isKnown { return .xid(xid) }
        let sxid = SXidCatalog().entry(number)
        return sxid.isKnown ? .sxid(sxid) : nil
    }

    private static func text(_ entry: Entry) -> String {
        var writer = JSONWriter()
        writer.object { writer in
            switch entry {
            case .xid(let entry): writer.entry(entry)
            case .sxid(let entry): writer.entry(entry)
            }
        }
        return String(decoding: writer.finish(), as: UTF8.self)
    }
}

extension JSONWriter {
    fileprivate mutating func entry(_ entry: XidEntry) {
        field("code", "Xid \(entry.number)")
        field("number", entry.number)
        field("name", entry.name)
        field("mnemonic", said: entry.mnemonic)
        field("class", entry.faultClass.rawValue)
        field("cause", entry.origin.rawValue)
        field("severity", entry.severity?.rawValue ?? "by_line")
        field("meaning", entry.meaning)
        field("action", entry.action.rawValue)
        field("refined_by", said: entry.rule.words)
        field("look_next", said: entry.lookNext)
        if !entry.related.isEmpty {
            array("related_xids") { writer in for number in entry.related { writer.int(Int64(number)) } }
        }
        field("generations", said: entry.generations)
        field("nvidia_immediate", said: entry.nvidiaImmediate)
        field("nvidia_investigate", said: entry.nvidiaInvestigate)
        field("notes", said: entry.notes)
    }

    fileprivate mutating func entry(_ entry: SXidEntry) {
        field("code", "SXid \(entry.number)")
        field("number", entry.number)
        field("name", entry.name)
        field("mnemonic", said: entry.symbol)
        field("area", said: entry.area)
        field("rating", entry.rating.rawValue)
        field("severity_a100_switch", said: entry.severityLR10)
        field("severity_h100_switch", said: entry.severityLS10)
        field("guide_group", said: entry.guideGroup)
        field("action", entry.action.rawValue)
        field("notes", said: entry.notes)
    }

    /// Nothing where there is nothing to say.
    private mutating func field(_ key: String, said text: String) {
        if !text.isEmpty { field(key, text) }
    }
}

extension XidEntry.Rule {
    /// What of a log line changes the entry, for somebody who has only the number.
    fileprivate var words: String {
        switch self {
        case .none: ""
        case .follower: "The Xid before it tells the cause"
        case .nvlink5: "The words of the line name unit, severity and action; analyze_xid_errors decodes them"
        case .recoveryAction: "The line names the action"
        case .containment: "The line says whether a reset is needed"
        }
    }
}
