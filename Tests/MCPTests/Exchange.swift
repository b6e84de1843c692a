import ExchangeServers
import Foundation
import JSON
import Testing

@testable import MCP

/// A conversation on file: what the client sends (`> `), what the server answers to it (`< `), and directions to the test
/// (`! `): `! strict` (no bare requests, not on pipes), `! pipes` (not over HTTP), `! session` (over HTTP this needs one),
/// `! pages N`, `! full [N]` (the server that offers everything, in pages of N), and those of ``Replay/follow(_:)``.
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
        defer { replay.end() }
        var result: [Step] = []
        for step in steps {
            if case .server = step { continue }
            result.append(step)
            switch step {
            case .client(let line): await replay.send(line)
            case .direction(let words):
                if let other = Self.replay(words) {
                    replay.end()
                    replay = other
                } else {
                    replay.follow(words)
                }
            default: break
            }
            result += replay.takeOutput().map { .server($0) }
        }
        return result
    }

    private static func replay(_ words: [String]) -> Replay? {
        ExchangeOffer(words).map { offer in
            Replay(offer.server(HeldCalls()), allowsBareRequests: offer.allowsBareRequests)
        }
    }

    static func named(_ name: String) throws -> Exchange {
        Exchange(try String(contentsOf: ExchangeTests.folder.appending(path: name), encoding: .utf8))
    }
}
