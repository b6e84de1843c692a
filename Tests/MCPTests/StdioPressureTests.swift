import Foundation
import JSON
import TestSupport
import Testing

@testable import MCP

@Suite(.serialized, .blocking) struct StdioPressureTests {
    @Test(arguments: [1_000, 200_000]) func pausesReadingUntilTheClientReads(outputLimit: Int) async throws {
        var limits = StdioServer.Limits()
        limits.output = outputLimit
        let connection = try ServedConnection.overPipes(limits: limits)
        let count = 300
        Thread.detachNewThread {
            for id in 0..<count { connection.send(call(id, "bulk", #"{"bytes":2000}"#)) }
            connection.closeInput()
        }
        var seen = Set<Int64>()
        for _ in 0..<count { seen.insert(try #require(try connection.readValue()["id"]?.intValue)) }
        #expect(seen.count == count)
        #expect(await connection.end() == .inputEnded)
    }

    @Test func neverRunsMoreCallsThanAllowed() async throws {
        var limits = StdioServer.Limits()
        limits.calls = 3
        let connection = try ServedConnection.overPipes(limits: limits)
        connection.send((1...20).map { call($0, "hold", #"{"ms":50}"#) }.joined())
        connection.closeInput()
        let replies = try (1...20).map { _ in try connection.readValue() }
        #expect(Set(replies.compactMap { $0["id"]?.intValue }).count == 20)
        #expect(replies.filter { $0["result"] != nil }.compactMap { $0["id"]?.intValue }.sorted() == [1, 2, 3])
        let refusals = replies.compactMap { $0["error"] }
        #expect(refusals.count == 17)
        #expect(refusals.allSatisfy { $0["message"]?.stringValue?.hasPrefix("Too many calls") == true })
        #expect(await connection.end() == .inputEnded)
    }

    /// A batch is one line, and counts as what it holds.
    @Test func runsNoMoreCallsOfABatchEither() async throws {
        var limits = StdioServer.Limits()
        limits.calls = 3
        let connection = try ServedConnection.overPipes(limits: limits)
        connection.send(
            #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-03-26","#
                + #""capabilities":{},"clientInfo":{"name":"test","version":"1"}}}"# + "\n")
        #expect(try connection.readValue()["result"]?["protocolVersion"] == "2025-03-26")
        let calls = (1...20).map { String(call($0, "hold", #"{"ms":50}"#).dropLast()) }
        connection.send("[" + calls.joined(separator: ",") + "]\n")
        let replies = try #require(try connection.readValue().arrayValue)
        #expect(Set(replies.compactMap { $0["id"]?.intValue }).count == 20)
        #expect(replies.filter { $0["result"] != nil }.compactMap { $0["id"]?.intValue }.sorted() == [1, 2, 3])
        let refusals = replies.compactMap { $0["error"]?["message"]?.stringValue }
        #expect(refusals.count == 17)
        #expect(refusals.allSatisfy { $0.hasPrefix("Too many calls") })
        connection.send(call(21, "echo", #"{"message":"x"}"#))
        #expect(try connection.readValue()["result"] != nil)
        connection.closeInput()
        #expect(await connection.end() == .inputEnded)
    }

    /// Answers and cancellations are what makes room again.
    @Test func readsOnWhereNoCallCanBeAdded() async throws {
        var limits = StdioServer.Limits()
        limits.calls = 2
        let connection = try ServedConnection.overPipes(limits: limits)
        connection.send(
            call(1, "hold") + call(2, "hold", #"{"ms":3000}"#) + call(3, "echo", #"{"message":"x"}"#) + ping(4))
        #expect(try connection.readValue()["error"]?["code"] == -32603)
        #expect(try connection.readValue()["id"] == 4)
        connection.send(
            #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"# + "\n" + ping(5))
        #expect(try connection.readValue()["id"] == 5)
        connection.send(call(6, "echo", #"{"message":"x"}"#))
        connection.closeInput()
        #expect(try connection.readValue()["id"] == 6)
        #expect(try connection.readValue()["id"] == 2)
        #expect(await connection.end() == .inputEnded)
    }

    @Test func leavesTheSharedDescriptionBlocking() async throws {
        let (input, output) = (try ServedConnection.makePipe(), try ServedConnection.makePipe())
        let connection = try ServedConnection(
            client: (input.write, output.read), input: input.read, output: output.write)
        connection.send(ping(1))
        #expect(try connection.readValue()["id"] == 1)
        #expect(fcntl(output.write, F_GETFL) & O_NONBLOCK == 0)
        #expect(fcntl(input.read, F_GETFL) & O_NONBLOCK == 0)
        connection.closeInput()
        #expect(await connection.end() == .inputEnded)
    }

    @Test func endsWhenNobodyCanReadAnyMore() async throws {
        let idle = try ServedConnection.overPipes()
        idle.closeOutput()
        #expect(await idle.end() == .outputLost(EPIPE))

        let busy = try ServedConnection.overSocket()
        busy.send(call(1, "hold", #"{"ms":20}"#))
        busy.send(ping(2))
        #expect(try busy.readValue()["id"] == 2)
        busy.closeOutput()
        #expect(await busy.end() != .drained)
    }

    @Test func endsWhenTheDiskIsFull() async throws {
        let pipe = try ServedConnection.makePipe()
        let connection = try ServedConnection(
            client: (pipe.write, -1), input: pipe.read, output: open("/dev/full", O_WRONLY))
        connection.send(ping(1))
        #expect(await connection.end() == .outputLost(ENOSPC))
    }

    @Test func drainsWhatIsInFlight() async throws {
        let connection = try ServedConnection.overPipes()
        connection.send(call(1, "hold", #"{"ms":50}"#) + ping(2))
        #expect(try connection.readValue()["id"] == 2)
        connection.server.drain(upTo: .seconds(60))
        #expect(try connection.readValue()["id"] == 1)
        #expect(await connection.end() == .drained)
    }

    @Test func drainsNoLongerThanAllowed() async throws {
        let connection = try ServedConnection.overPipes()
        connection.send(call(1, "hold") + ping(2))
        #expect(try connection.readValue()["id"] == 2)
        connection.server.drain(upTo: .milliseconds(20))
        #expect(await connection.end() == .drained)
    }

    @Test func drainsAfterTheEndOfInputToo() async throws {
        let connection = try ServedConnection.overPipes()
        connection.send(call(1, "hold") + ping(2))
        connection.closeInput()
        #expect(try connection.readValue()["id"] == 2)
        connection.server.drain(upTo: .milliseconds(20))
        #expect(await connection.end() == .drained)
    }

    @Test(arguments: [true, false]) func neverBlocksOnAFullPipe(reopens: Bool) throws {
        let pipe = try ServedConnection.makePipe()
        defer { for end in [pipe.read, pipe.write] { close(end) } }
        let output = OutputDescriptor(pipe.write, reopens: reopens)
        let bytes = [UInt8](repeating: 1, count: 100_000)
        var written = 0
        while case .wrote(let count) = bytes.withUnsafeBytes({ output.write($0) }) { written += count }
        let sizeOfPipe: Int32 = 1_032  // F_GETPIPE_SZ, which Swift does not see.
        #expect(written == Int(fcntl(pipe.write, sizeOfPipe)))
        #expect(bytes.withUnsafeBytes { output.write($0) } == .wouldBlock)
    }
}
