internal import DiagnosisData

/// A short guide for one kind of trouble, compiled in.
package struct Runbook: Sendable, Hashable {
    /// Lower-case words with hyphens, for example `xid-triage`.
    package let name: String
    /// Its first line.
    package let title: String
    /// Its first paragraph: what it is about.
    package let summary: String
    /// The whole of it, in Markdown.
    package let text: String

    init(name: String, text: String) {
        self.name = name
        self.text = text
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        title = lines.first.map { String($0.drop { $0 == "#" || $0 == " " }) } ?? name
        let body = lines.dropFirst().drop { $0.isEmpty }
        summary = body.prefix { !$0.isEmpty }.joined(separator: " ")
    }

    /// All guides, in the order in which they are shown.
    package static var all: [Runbook] {
        var count = 0
        let table = UnsafeBufferPointer(start: DiagnosisDataRunbooks(&count), count: count)
        return table.map { entry in
            let bytes = UnsafeRawBufferPointer(start: entry.text, count: entry.size)
            return Runbook(name: String(cString: entry.name), text: String(decoding: bytes, as: UTF8.self))
        }
    }
}
