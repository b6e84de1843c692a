internal import Diagnosis
internal import MCP

/// `gpu://docs/...`: short runbooks, compiled in.
enum RunbookResources {
    static let all = Runbook.all.map { runbook in
        Resource(
            uri: ResourceURI.docs + runbook.name, name: runbook.name, title: runbook.title,
            description: runbook.summary, mimeType: "text/markdown", size: runbook.text.utf8.count,
            annotations: Annotations(audience: [.assistant, .user], priority: 0.4), cache: .fixed
        ) { call in
            [ResourceContents(uri: call.uri, mimeType: "text/markdown", text: runbook.text)]
        }
    }
}
