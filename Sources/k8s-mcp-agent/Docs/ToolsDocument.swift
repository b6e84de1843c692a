internal import JSON
internal import MCP
internal import Tools

/// docs/tools.md: tools, resources and prompts, as the program itself offers them.
struct ToolsDocument {
    private let tools: [Tool]
    /// Tools that only an agent in operator mode has.
    private let operatorOnly: Set<String>
    private let resources: [Resource]
    private let templates: [ResourceTemplate]
    private let prompts: [Prompt]

    /// - Parameters: what each mode's tools work with; nothing is read by them.
    init(readOnly: ToolContext, operator context: ToolContext) {
        tools = allTools(context)
        operatorOnly = Set(tools.map(\.name)).subtracting(allTools(readOnly).map(\.name))
        resources = allResources(context)
        templates = allResourceTemplates(context)
        prompts = allPrompts(context)
    }

    var text: String {
        let parts = [head, contents, commonSection] + tools.map(section) + [resourceSection, promptSection]
        return parts.joined(separator: "\n\n") + "\n"
    }

    private var head: String {
        """
        # Tools, resources and prompts

        Made by `make docs` from the program itself; do not edit. `k8s-mcp-agent call TOOL --arg key=value` calls a tool from a
        shell.

        Keys of an answer are in the order in which they come; one that is not marked *always* is left out where there is nothing
        to say. `a[].b` is the member `b` of each entry of the list `a`. What is equal on all GPUs is given once, in `all_devices`,
        in place of `devices[]`.
        """
    }

    private var contents: String {
        MarkdownTable(
            ["tool", "title", "changes something"],
            tools.map { tool in
                [
                    "[`\(tool.name)`](#\(tool.name))", tool.title + mark(tool),
                    tool.annotations.readOnlyHint ? "no" : "yes",
                ]
            }
        ).text
    }

    private func mark(_ tool: Tool) -> String { operatorOnly.contains(tool.name) ? " (operator mode only)" : "" }

    private func section(_ tool: Tool) -> String {
        var parts = ["## \(tool.name)", "\(tool.title)\(mark(tool)). \(tool.description)", annotations(tool)]
        let arguments = SchemaRows(tool.inputSchema).rows
        if arguments.isEmpty {
            parts.append("No arguments.")
        } else {
            parts.append(MarkdownTable(["argument", "type", "limits", "meaning"], arguments.map(\.asArgument)).text)
        }
        if let schema = tool.outputSchema {
            let own = SchemaRows(schema).rows.filter { !Self.common.contains($0.root) }
            parts.append(MarkdownTable(["answer", "type", "meaning"], own.map(\.asAnswer)).text)
        }
        return parts.joined(separator: "\n\n")
    }

    /// Members that many answers have and that mean the same in all of them.
    private static let common: [String] = [
        "status", "node", "source", "collected_at", "summary", "all_devices", "unavailable", "problems", "omitted",
    ]

    private var commonSection: String {
        let rows = tools.compactMap(\.outputSchema).map { SchemaRows($0).rows }
        let shown = Self.common.compactMap { name in
            rows.first { $0.contains { $0.root == name } }?.filter { $0.root == name }
        }
        let actions = rows.joined().first { $0.root == "do" && $0.path.hasSuffix(".action") }?.values ?? []
        return "## What answers have in common\n\n"
            + MarkdownTable(["answer", "type", "meaning"], shown.joined().map(\.asAnswer)).text
            + "\n\n" + Self.errors
            + "\n\nActions: " + actions.map { "`\($0)`" }.joined(separator: ", ") + "."
    }

    /// The form of `ToolContext.failure` and `XidFailure`, which no schema describes.
    private static let errors = """
        An answer that is an error begins as all do: `status` (`error`), `node`, `source`, `collected_at`, `summary`. Then come
        `error` (a word), `reason` (a word, where the kernel log cannot be read) and `remedy`, and where there is such, `evidence`
        (sentences, for example where the driver hangs) and `gpus_on_pci_bus` (addresses of the GPUs that the PCI bus shows). Over
        MCP `isError` is set, and all of it is text, without `structuredContent`. Wrong arguments are answered in a sentence; what
        `kill_gpu_process` and `reset_gpu` refuse, in the form of their answers.
        """

    private func annotations(_ tool: Tool) -> String {
        let hints = tool.annotations
        let words = [
            ("read-only", hints.readOnlyHint), ("destructive", hints.destructiveHint),
            ("idempotent", hints.idempotentHint), ("open world", hints.openWorldHint),
        ]
        return "Annotations: " + words.map { "\($0.0) \($0.1 ? "yes" : "no")" }.joined(separator: ", ") + "."
    }

    private var resourceSection: String {
        let rows =
            resources.map {
                [$0.uri, $0.link.title ?? $0.link.name, $0.link.mimeType ?? "", $0.link.description ?? ""]
            }
            + templates.map { [$0.uriTemplate.text, $0.title ?? $0.name, $0.mimeType ?? "", $0.description ?? ""] }
        return "## Resources\n\nVariables in braces can be completed.\n\n"
            + MarkdownTable(["URI", "title", "type", "contents"], rows.map { ["`\($0[0])`"] + $0.dropFirst() }).text
    }

    private var promptSection: String {
        let rows = prompts.flatMap { prompt in
            [["`\(prompt.name)`", "", "\(prompt.title ?? ""): \(prompt.description ?? "")"]]
                + prompt.arguments.map { argument in
                    let note =
                        (argument.isRequired ? " (required)" : "") + (argument.completer == nil ? "" : " (completed)")
                    return ["", "`\(argument.name)`", (argument.description ?? "") + note]
                }
        }
        return "## Prompts\n\n" + MarkdownTable(["prompt", "argument", "meaning"], rows).text
    }
}
