import JSON
import Testing

@testable import MCP

/// A conversation on file: what the client sends (`> `), what the server answers to it (`< `), and directions to the test
/// (`! `): `! strict` (no bare requests), `! pages N`, `! release N` (the Nth call that was held answers now).
struct Exchange {
    enum Step: Equatable {
        case comment(String)
        case client(String)
        case server(String)
        case direction([String])
    }

    let steps: [Step]

    init(_ text: String) {
        steps = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast(text.hasSuffix("\n") ? 1 : 0)
            .map { line in
                let rest = String(line.dropFirst(2))
                return switch line.prefix(2) {
                case "> ": .client(rest)
                case "< ": .server(rest)
                case "! ": .direction(rest.split(separator: " ").map(String.init))
                default: .comment(String(line))
                }
            }
    }

    var text: String { Self.text(steps) }

    static func text(_ steps: [Step]) -> String {
        steps.map { step in
            switch step {
            case .comment(let text): text + "\n"
            case .client(let line): "> \(line)\n"
            case .server(let line): "< \(line)\n"
            case .direction(let words): "! \(words.joined(separator: " "))\n"
            }
        }.joined()
    }

    /// The same conversation with the answers that the server gives now.
    func replayed() async -> [Step] {
        var replay = Replay()
        var result: [Step] = []
        for step in steps {
            if case .server = step { continue }
            result.append(step)
            switch step {
            case .client(let line): await replay.send(line)
            case .direction(let words): await replay.follow(words)
            default: break
            }
            result += replay.takeOutput().map { .server($0) }
        }
        return result
    }
}

/// A session in memory whose tools run at once, but for `hold`.
struct Replay: ~Copyable {
    private var session = ServerSession(ExampleServer.make())
    private var out = JSONWriter()
    private var held: [StartedCall] = []

    mutating func send(_ line: String) async {
        let actions = Array(line.utf8).withUnsafeBufferPointer { session.receive($0, into: &out) }
        for case .start(let call) in actions {
            if call.tool.name == "hold" { held.append(call) } else { await run(call) }
        }
    }

    private mutating func run(_ call: StartedCall) async {
        let steps = Collected()
        let result = await call.run { steps.add($0) }
        for step in steps.all { session.progress(call.key, step, into: &out) }
        session.finish(call.key, with: result, into: &out)
        session.progress(call.key, ToolProgress(value: 1_000), into: &out)
    }

    mutating func follow(_ words: [String]) async {
        switch words.first {
        case "strict": session = ServerSession(ExampleServer.make(), allowsBareRequests: false)
        case "pages": session = ServerSession(ExampleServer.make(pageSize: words.last.flatMap { Int($0) }))
        case "release":
            let call = held[(words.last.flatMap { Int($0) } ?? 1) - 1]
            session.finish(call.key, with: .text("held"), into: &out)
        default: Issue.record("unknown direction \(words)")
        }
    }

    mutating func takeOutput() -> [String] {
        let text = out.withBytes { String(decoding: $0, as: UTF8.self) }
        out.removeAll()
        return text.split(separator: "\n").map(String.init)
    }
}
