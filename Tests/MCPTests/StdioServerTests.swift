import ExchangeServers
import Foundation
import JSON
import TestSupport
import Testing

@testable import MCP

@Suite(.serialized, .blocking) struct StdioServerTests {
    @Test func answersEverythingThatWasReadBeforeTheEnd() async throws {
        let connection = try ServedConnection.overPipes()
        connection.send(call(1, "hold", #"{"ms":500}"#) + ping(2) + "\r\n \n" + ping(3).dropLast() + "\r\n")
        connection.send(String(ping(4).dropLast()))
        connection.closeInput()
        #expect(try (1...4).map { _ in try connection.readValue()["id"] } == [2, 3, 4, 1])
        #expect(await connection.end() == .inputEnded)
    }

    @Test func writesNothingUnasked() async throws {
        let (input, output) = (try ServedConnection.makePipe(), try ServedConnection.makePipe())
        let connection = try ServedConnection(
            client: (input.write, output.read), input: input.read, output: output.write)
        connection.send("\n{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n")
        connection.closeInput()
        #expect(await connection.end() == .inputEnded)
        var waiting: Int32 = -1
        #expect(ioctl(output.read, UInt(FIONREAD), &waiting) == 0)
        #expect(waiting == 0)
    }

    @Test func servesOverOneSocket() async throws {
        let connection = try ServedConnection.overSocket()
        connection.send(call(1, "echo", #"{"message":"hi"}"#))
        #expect(try connection.readValue()["result"]?["structuredContent"]?["echo"] == "hi")
        connection.send(ping(2))
        connection.closeInput()
        #expect(try connection.readValue()["id"] == 2)
        #expect(await connection.end() == .inputEnded)
    }

    @Test func servesFiles() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (question, answer) = (folder.appending(path: "question"), folder.appending(path: "answer"))
        try Data((ping(1) + call(2, "echo", #"{"message":"hi"}"#)).utf8).write(to: question)
        let input = open(question.path, O_RDONLY)
        let output = open(answer.path, O_WRONLY | O_CREAT, 0o600)
        let connection = try ServedConnection(client: (-1, -1), input: input, output: output)
        #expect(await connection.end() == .inputEnded)
        let lines = try String(contentsOf: answer, encoding: .utf8).split(separator: "\n")
        #expect(try lines.map { try JSONParser.parse(String($0))["id"] } == [1, 2])
    }

    @Test func servesTheNullDevice() async throws {
        let (input, other) = (open("/dev/null", O_RDONLY), open("/dev/null", O_WRONLY))
        let silent = try ServedConnection(client: (-1, -1), input: input, output: other)
        #expect(await silent.end() == .inputEnded)
        let pipe = try ServedConnection.makePipe()
        let unheard = try ServedConnection(
            client: (pipe.write, -1), input: pipe.read, output: open("/dev/null", O_WRONLY))
        unheard.send(ping(1) + call(2, "bulk", #"{"bytes":300000}"#))
        unheard.closeInput()
        #expect(await unheard.end() == .inputEnded)
    }

    @Test func servesATerminal() async throws {
        let main = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        var (unlocked, number): (Int32, Int32) = (0, -1)
        // TIOCSPTLCK and TIOCGPTN, which Swift does not see.
        try #require(ioctl(main, 0x4004_5431, &unlocked) == 0)
        try #require(ioctl(main, 0x8004_5430, &number) == 0)
        let terminal = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
        var settings = termios()
        tcgetattr(terminal, &settings)
        cfmakeraw(&settings)
        tcsetattr(terminal, TCSANOW, &settings)
        let connection = try ServedConnection(client: (main, main), input: terminal, output: dup(terminal))
        connection.send(ping(1))
        #expect(try connection.readValue()["id"] == 1)
        #expect(fcntl(terminal, F_GETFL) & O_NONBLOCK == 0)
        connection.server.drain(upTo: .milliseconds(1))
        #expect(await connection.end() == .drained)
    }

    @Test func refusesOverlongLinesAndGoesOn() async throws {
        let connection = try ServedConnection.overPipes()
        Thread.detachNewThread {
            let start = #"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":""#
            connection.send(start + String(repeating: "x", count: 9 << 20) + "\"}}\n" + ping(2))
            connection.closeInput()
        }
        #expect(try connection.readValue()["error"]?["code"] == -32_700)
        #expect(try connection.readValue()["id"] == 2)
        #expect(await connection.end() == .inputEnded)
    }

    @Test func readsALineAsLongAsTheLimit() async throws {
        let connection = try ServedConnection.overPipes()
        Thread.detachNewThread {
            let start = #"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":""#
            connection.send(start + String(repeating: "x", count: (8 << 20) - start.utf8.count - 3) + "\"}}\n")
            connection.closeInput()
        }
        #expect(try connection.readValue()["result"] == [:])
        #expect(await connection.end() == .inputEnded)
    }

    @Test func cancelsACallThatRuns() async throws {
        let connection = try ServedConnection.overPipes()
        connection.send(call(1, "hold"))
        connection.send(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"# + "\n")
        connection.send(ping(2))
        connection.closeInput()
        #expect(try connection.readValue()["id"] == 2)
        #expect(await connection.end() == .inputEnded)
    }

    private static let greeting =
        #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":"#
        + #"{"elicitation":{}}}}"# + "\n" + #"{"jsonrpc":"2.0","method":"notifications/initialized"}"# + "\n"

    @Test func aQuestionThatNobodyCanAnswerAnyMoreEndsTheCall() async throws {
        let connection = try ServedConnection.overPipes(serving: FullServer.make())
        connection.send(Self.greeting + call(1, "confirm"))
        #expect(try connection.readValue()["id"] == 0)
        #expect(try connection.readValue()["method"] == "elicitation/create")
        connection.closeInput()
        #expect(try connection.readValue()["result"]?["isError"] == true)
        #expect(await connection.end() == .inputEnded)
    }

    @Test func aCancelledQuestionIsForgotten() async throws {
        let connection = try ServedConnection.overPipes(serving: FullServer.make())
        connection.send(Self.greeting + call(1, "confirm"))
        #expect(try connection.readValue()["id"] == 0)
        let question = try #require(try connection.readValue()["id"]?.stringValue)
        connection.send(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"# + "\n")
        connection.send(#"{"jsonrpc":"2.0","id":"\#(question)","result":{"action":"decline"}}"# + "\n" + ping(2))
        #expect(try connection.readValue()["id"] == 2)
        connection.closeInput()
        #expect(await connection.end() == .inputEnded)
    }

    @Test func subscriptionsEndWithTheConnection() async throws {
        let offer = FullServer.make()
        let connection = try ServedConnection.overPipes(serving: offer)
        let envelope =
            #"{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#
        connection.send(
            #"{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"notifications":"#
                + #"{"resourceSubscriptions":["doc://text"]},"_meta":\#(envelope)}}"# + "\n")
        #expect(try connection.readValue()["method"] == "notifications/subscriptions/acknowledged")
        #expect(offer.watchedResources == ["doc://text"])
        offer.notify(.resourceUpdated(uri: "doc://text"))
        #expect(try connection.readValue()["method"] == "notifications/resources/updated")
        connection.closeInput()
        #expect(try connection.readValue()["method"] == "notifications/cancelled")
        #expect(try connection.readValue()["result"]?["resultType"] == "complete")
        #expect(await connection.end() == .inputEnded)
        #expect(offer.watchedResources.isEmpty)
    }
}
