internal import EventLoop
internal import JSON
internal import MCP

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Asks the person at the terminal; without one there is nobody to ask.
final class TerminalQuestion: Sendable {
    private let loop: EventLoop
    private let descriptor: Int32

    /// A caller that can be asked by a form.
    static let session = SessionInfo(
        revision: .november2025, clientName: "shell",
        capabilities: ClientCapabilities(["elicitation": [:]]))

    /// Nil where standard input is no terminal: a script must not be taken for a person.
    static func open(on loop: EventLoop) -> TerminalQuestion? {
        guard isatty(0) == 1 else { return nil }
        let descriptor = openTerminal()
        return descriptor < 0 ? nil : TerminalQuestion(loop, descriptor)
    }

    private init(_ loop: EventLoop, _ descriptor: Int32) {
        self.loop = loop
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Shows the question and waits for a line; only `yes` in full is a yes.
    var ask: LocalAsker {
        { [self] request in
            show("\(request.message ?? "")\nType yes to go ahead, anything else to cancel: ")
            guard let line = await readLine() else { return ["action": "cancel"] }
            guard line == "yes" else { return ["action": "decline"] }
            return ["action": "accept", "content": ["confirm": true]]
        }
    }

    private func show(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(descriptor, bytes, bytes.count)
    }

    /// Nil at the end of input.
    private func readLine() async -> String? {
        var buffer = [UInt8](repeating: 0, count: 256)
        guard (try? await loop.waitReadable(descriptor)) != nil else { return nil }
        let count = read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(decoding: buffer[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}

private func openTerminal() -> Int32 { open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY) }
