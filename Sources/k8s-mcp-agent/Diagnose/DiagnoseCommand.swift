internal import ArgumentParser
internal import JSON
internal import MCP
internal import Probe
internal import Tools

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// `diagnose`: the verdict on this node, for people and scripts.
struct DiagnoseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diagnose", abstract: "Say what is wrong with this node's GPUs and what to do.",
        discussion: """
            Exit codes: 0 every GPU is healthy; 1 something is degraded or unhealthy; 2 wrong usage; 3 unknown, because evidence \
            is missing. Colours appear on a terminal only, and not with NO_COLOR set.
            """)

    @Option(help: "text for people, or json.")
    var output: Output = .text

    @Flag(
        help: """
            Follow the kernel log (needs root) or the file of --kernel-log: print faults of GPUs as they happen, and the verdict \
            when it changes, until Ctrl-C. Judges after each fault and every 5 s. The exit code is that of the last verdict.
            """)
    var watch = false

    @OptionGroup var options: AgentOptions

    /// How to print.
    enum Output: String, ExpressibleByArgument, CaseIterable {
        case text, json
    }

    func run() throws {
        guard !watch else { return try FaultWatch.run(options, output) }
        let (output, options) = (output, options)
        try LoopRunner.run { loop in
            let context = try options.context(on: loop)
            let tool = DiagnoseGPUNode.tool(context)
            let result = await context.askWhenStarted { await tool.call(arguments: [:]) }
            await context.shutDown()
            let answer = result.structuredBytes.flatMap { try? JSONParser.parse($0) }
            return try DiagnoseExit.show(answer, or: result.text, output)
        }
    }
}

/// The exit codes of `diagnose`; 2 is wrong usage.
enum DiagnoseExit {
    static let unknown: Int32 = 3

    /// Prints an answer of diagnose_gpu_node, or the words that came in its place; returns the code of its verdict.
    static func show(_ answer: JSONValue?, or text: String, _ output: DiagnoseCommand.Output) throws -> Int32 {
        guard let answer else {
            try StandardOutput.say(text)
            return unknown
        }
        try StandardOutput.say(
            output == .json ? answer.prettyPrinted() : DiagnosePage(answer, paint: Paint.forStandardOutput).text)
        return code(answer["verdict"]?.stringValue)
    }

    static func code(_ verdict: String?) -> Int32 {
        switch verdict {
        case "healthy": 0
        case "degraded", "unhealthy": 1
        default: unknown
        }
    }
}

/// Colours of a terminal, or none.
struct Paint {
    let isOn: Bool

    /// On a terminal without NO_COLOR (no-color.org) that is not dumb.
    static var forStandardOutput: Paint {
        func variable(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }
        return Paint(isOn: isatty(1) == 1 && variable("NO_COLOR").isEmpty && variable("TERM") != "dumb")
    }

    func callAsFunction(_ word: String, _ text: String) -> String {
        guard isOn, let code = Self.codes[word] else { return text }
        return "\u{1b}[\(code)m\(text)\u{1b}[0m"
    }

    private static let codes = [
        "healthy": "32", "degraded": "33", "warning": "33", "unhealthy": "31", "critical": "31", "unknown": "35",
        "bold": "1", "dim": "2",
    ]
}
