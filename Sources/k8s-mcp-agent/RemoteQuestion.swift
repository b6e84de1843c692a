import ArgumentParser
import CUnix
import Dispatch
import JSON
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// One question through a session that `connect` opens: takes the client's place at standard input and output.
///
/// It asks again while the driver on the node is still starting, and ends the session with the end of its input.
final class RemoteQuestion: Sendable {
    private let requests: Int32
    private let answers: Int32
    private let realOutput: Int32
    private let answered = DispatchSemaphore(value: 0)
    private let answer = Mutex<JSONValue?>(nil)
    /// A start of the driver is given four deadlines before it counts as hung, and so is each GPU that opens slowly after it.
    private static let limit = 16
    /// Where the deadlines are short, it is given more of them: for so long it is asked in any case.
    private static let leastTime: Duration = .seconds(48)

    /// From here on the process' standard streams are this object's, until ``finish()``.
    ///
    /// - Throws: `ExitCode(1)`, after saying so, where there are no descriptors left.
    init(tool: String) throws {
        let (input, output) = (try Self.pipe(), try Self.pipe())
        realOutput = fcntl(1, F_DUPFD_CLOEXEC, 10)
        (requests, answers) = (input.write, output.read)
        dup2(input.read, 0)
        dup2(output.write, 1)
        close(input.read)
        close(output.write)
        DispatchQueue(label: "remote-question").async { [self] in converse(tool) }
    }

    /// Gives standard output back; returns what was answered last, nil where nothing was.
    func finish() -> JSONValue? {
        dup2(realOutput, 1)
        // What kubectl has written is read to its end, unless something that it left behind keeps the pipe.
        _ = answered.wait(timeout: .now() + 2)
        return answer.withLock { $0 }
    }

    private func converse(_ tool: String) {
        signal(SIGPIPE, SIG_IGN)
        var lines = LineInput(answers)
        let end = ContinuousClock.now + Self.leastTime
        var id = 0
        while id < Self.limit || ContinuousClock.now < end {
            id += 1
            guard ask(tool, id), let result = lines.result(of: id) else { break }
            answer.withLock { $0 = result }
            guard Self.isStarting(result) else { break }
        }
        close(requests)
        // Nobody who still writes is to be stopped by that.
        while lines.next() != nil {}
        answered.signal()
    }

    private func ask(_ tool: String, _ id: Int) -> Bool {
        let line = Array(
            #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(tool)","arguments":{}}}"#.utf8)
        return write(requests, line + [0x0A], line.count + 1) == line.count + 1
    }

    private static func isStarting(_ result: JSONValue) -> Bool {
        result["structuredContent"]?["problems"]?.arrayValue?.contains { $0["kind"] == "driver_slow" } ?? false
    }

    private static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        guard csystem_pipe(&ends) == 0 else {
            StandardError.say("k8s-mcp-agent: cannot make a pipe: \(String(cString: strerror(errno)))")
            throw ExitCode(1)
        }
        return (ends[0], ends[1])
    }
}

/// Lines of a descriptor.
private struct LineInput {
    private let descriptor: Int32
    private var unread: [UInt8] = []

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// The result of the request with this id; nil where the session ends without one.
    mutating func result(of id: Int) -> JSONValue? {
        while let line = next() {
            guard let message = try? JSONParser.parse(line), message["id"]?.intValue == Int64(id) else { continue }
            return message["result"]
        }
        return nil
    }

    /// The next line without its end; nil at the end.
    mutating func next() -> [UInt8]? {
        while true {
            if let end = unread.firstIndex(of: 0x0A) {
                defer { unread.removeSubrange(...end) }
                return Array(unread[..<end])
            }
            var chunk = [UInt8](repeating: 0, count: 65_536)
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return nil }
            unread += chunk[..<count]
        }
    }
}
