/// A table in Markdown.
struct MarkdownTable {
    private let rows: [[String]]

    init(_ head: [String], _ rows: [[String]]) {
        self.rows = [head, head.map { _ in "---" }] + rows.map { row in row.map(Self.cell) }
    }

    var text: String { rows.map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n") }

    /// A bar would end the cell, a line break the table.
    private static func cell(_ text: String) -> String {
        String(text.flatMap { $0 == "|" ? Array("\\|") : $0.isNewline ? [" "] : [$0] })
    }
}
