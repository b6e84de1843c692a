internal import ArgumentParser
internal import EventLoop
internal import JSON
internal import MCP
internal import Probe
internal import Tools

/// `call`: one tool from the shell, by the same code that an assistant's call runs through.
struct CallCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "call", abstract: "Call one tool and print its answer.",
        discussion: """
            Example: k8s-mcp-agent call get_gpu_inventory --arg gpu=0 --arg detail=full --output table

            Exit code: 0; 1 for an answer that is an error, also where the node has no such GPU or pod, and when nobody agreed to \
            the plan of a tool that changes the node; 2 for wrong usage, which arguments that the tool does not take are as well. \
            With --mode operator SIGTERM, SIGINT and SIGHUP cancel the call; a reset that has begun is \
            finished first.
            """)

    /// How to print.
    enum Output: String, ExpressibleByArgument, CaseIterable {
        case json, table
    }

    @Argument(help: "Name of the tool; `tools` lists them.")
    var tool: String

    @Option(name: .customLong("arg"), help: ArgumentHelp("One argument of the tool.", valueName: "key=value"))
    var arguments: [String] = []

    @Option(help: "json, or a table for people.")
    var output: Output = .json

    @OptionGroup var options: AgentOptions

    func run() throws {
        let (name, arguments, output, options) = (tool, arguments, output, options)
        try LoopRunner.run { loop in
            let context = try options.context(on: loop, isShell: true)
            let tool = try ToolCatalogue(allTools(context)).tool(named: name)
            let arguments = try CallArguments.parse(arguments, for: tool)
            let result =
                context.operation == nil
                ? await context.askWhenStarted { await Self.call(tool, arguments, context) }
                : await Self.call(tool, arguments, context)
            await context.shutDown()
            try CallOutput.show(result, output)
            return CallOutcome.exitCode(result, of: tool)
        }
    }

    private static func call(_ tool: Tool, _ arguments: JSONObject, _ context: ToolContext) async -> ToolResult {
        let terminal = TerminalQuestion.open(on: context.loop)
        // A reading can be ended at any time, and then nobody waits for the driver.
        let signals = context.operation == nil ? nil : CallSignals()
        let call = Task(executorPreference: context.loop) {
            await tool.call(
                arguments: arguments, session: terminal == nil ? .local : TerminalQuestion.session,
                asker: terminal?.ask)
        }
        let watch = Task(executorPreference: context.loop) { await signals?.cancel(call, on: context.loop) }
        defer { watch.cancel() }
        return await call.value
    }
}

extension ToolCatalogue {
    /// The tool that somebody names in a shell.
    ///
    /// - Throws: `ValidationError`, which says what was probably meant.
    func tool(named name: String) throws -> Tool {
        if let tool = self[name] { return tool }
        guard !isOperatorTool(name) else {
            throw ValidationError("\(name) changes the node: it is available only with --mode operator.")
        }
        let near = nearest(to: name).map { " Did you mean \($0)?" } ?? ""
        throw ValidationError("There is no tool \(name).\(near) `k8s-mcp-agent tools` lists them all.")
    }
}

/// Turns `key=value` into arguments of a tool.
enum CallArguments {
    /// What the tool takes as text is text, whatever it looks like. Any other value that is valid JSON of the kind number or
    /// boolean counts as such.
    static func parse(_ arguments: [String], for tool: Tool) throws -> JSONObject {
        let properties = tool.inputSchema["properties"]
        var object = JSONObject()
        for argument in arguments {
            guard let equals = argument.firstIndex(of: "="), equals != argument.startIndex else {
                throw ValidationError("--arg \(argument): expected key=value.")
            }
            let text = String(argument[argument.index(after: equals)...])
            let key = String(argument[..<equals])
            let isText = properties?[key]?["type"] == .string("string")
            guard object.append(key, isText ? .string(text) : value(text)) else {
                throw ValidationError("--arg \(argument): this argument was given before.")
            }
        }
        return object
    }

    private static func value(_ text: String) -> JSONValue {
        guard let value = try? JSONParser.parse(text) else { return .string(text) }
        switch value {
        case .int, .uint, .double, .bool: return value
        default: return .string(text)
        }
    }
}
