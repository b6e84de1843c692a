import JSON

extension MCPServer {
    /// The member `capabilities`: what a client of that revision may use.
    func writeCapabilities(for revision: ProtocolRevision, to writer: inout JSONWriter) {
        writer.object("capabilities") { w in
            w.object("tools") { listChanged(&$0) }
            if offersResources {
                w.object("resources") { w in
                    if features.resourceUpdates { w.field("subscribe", true) }
                    listChanged(&w)
                }
            }
            if !prompts.isEmpty { w.object("prompts") { listChanged(&$0) } }
            if offersCompletion, revision >= .march2025 { w.object("completions") { _ in } }
            if features.logging.serves(revision) { w.object("logging") { _ in } }
        }
    }

    private func listChanged(_ writer: inout JSONWriter) {
        if features.listChanges { writer.field("listChanged", true) }
    }
}
