import EventLoop
import ExchangeServers
import JSON
import MCP

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// One of the servers of the exchanges, on standard input and output: `exchange-server example|full [PAGE SIZE]`.
///
/// What a test does behind the client's back comes as lines on descriptor 3, each of which is answered there by one line of
/// JSON: `["release",1]`, `["held"]`, `["notify","tools"]`, `["notify","updated",URI]`, `["watched"]`.
@main enum ExchangeServer {
    static let controlDescriptor: Int32 = 3

    static func main() throws {
        guard let offer = ExchangeOffer(Array(CommandLine.arguments.dropFirst())) else {
            let usage = Array("usage: exchange-server example|full [PAGE SIZE]\n".utf8)
            _ = write(2, usage, usage.count)
            exit(2)
        }
        let held = HeldCalls()
        let server = offer.server(held)
        let control = LocalControl(server, held)
        let loop = try EventLoop()
        Task(executorPreference: loop) { await obey(control, loop) }
        Task(executorPreference: loop) {
            _ = await StdioServer(server, loop: loop).run()
            loop.stop()
        }
        loop.run()
    }

    private static func obey(_ control: LocalControl, _ loop: EventLoop) async {
        var line: [UInt8] = []
        while (try? await loop.waitReadable(controlDescriptor)) != nil {
            var byte: UInt8 = 0
            guard read(controlDescriptor, &byte, 1) == 1 else { return }
            guard byte == 0x0A else {
                line.append(byte)
                continue
            }
            let answer = answer(line, control).encoded() + [0x0A]
            line = []
            guard write(controlDescriptor, answer, answer.count) == answer.count else { return }
        }
    }

    private static func answer(_ line: [UInt8], _ control: LocalControl) -> JSONValue {
        let words = (try? JSONParser.parse(line))?.arrayValue ?? []
        switch words.first?.stringValue {
        case "release": control.release(Int(words.last?.intValue ?? 0))
        case "notify": control.notify(words.dropFirst().compactMap(\.stringValue))
        case "held": return JSONValue(control.heldCount())
        case "watched": return .array(control.watched().sorted().map { .string($0) })
        default: return "what?"
        }
        return .null
    }
}
