import ExchangeServers
import Foundation
import JSON
import Testing

@testable import MCP

/// A server in a process of its own, over its standard input and output.
///
/// Unchecked: one task at a time uses it.
final class ChildTransport: ExchangeTransport, @unchecked Sendable {
    let control: any ExchangeControl
    private let child: ExchangeChild
    /// Lines that came while something else was waited for.
    private var early: [String] = []

    init(_ offer: ExchangeOffer) throws {
        child = try ExchangeChild(offer.words)
        control = ChildControl(LineReader(child.control))
    }

    deinit { child.kill() }

    func send(_ line: String, holds: Int) { writeAll(line + "\n", to: child.input) }

    func next() -> String? { early.isEmpty ? child.output.line() : early.removeFirst() }

    /// Messages are taken in one after the other, so that a reply to this one means that those before it have been.
    func settle() throws {
        writeAll(#"{"jsonrpc":"2.0","id":"settled","method":"ping"}"# + "\n", to: child.input)
        while true {
            let line = try #require(child.output.line())
            if line == #"{"jsonrpc":"2.0","id":"settled","result":{}}"# { return }
            early.append(line)
        }
    }

    func end() -> [String] {
        child.closeInput()
        while let line = child.output.line() { early.append(line) }
        #expect(child.wait() == 0)
        return early
    }
}

/// Asks the child over the socket that it has as descriptor 3.
struct ChildControl: ExchangeControl {
    private let socket: LineReader

    init(_ socket: LineReader) { self.socket = socket }

    func release(_ number: Int) throws { _ = try ask(["release", .int(Int64(number))]) }
    func notify(_ words: [String]) throws { _ = try ask(["notify"] + words.map { .string($0) }) }
    func heldCount() throws -> Int { Int(try #require(try ask(["held"]).intValue)) }
    func watched() throws -> Set<String> {
        Set(try #require(try ask(["watched"]).arrayValue).compactMap(\.stringValue))
    }

    private func ask(_ words: [JSONValue]) throws -> JSONValue {
        writeAll(String(decoding: JSONValue.array(words).encoded(), as: UTF8.self) + "\n", to: socket.descriptor)
        return try JSONParser.parse(try #require(socket.line(), "the child has gone"))
    }
}
