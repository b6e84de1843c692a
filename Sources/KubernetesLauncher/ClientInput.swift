import CUnix
import Dispatch

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Carries the client's bytes from standard input into the pipe that kubectl reads, and notices when the client is gone.
///
/// kubectl could inherit standard input, but then a launcher that is killed would leave a kubectl behind that still holds
/// the client's pipe. Through a pipe of ours, whatever ends this process ends the session's input as well. The answers,
/// which are the large direction, are not copied.
final class ClientInput: Sendable {
    private let input: Int32
    private let output: Int32
    private let commands: (read: Int32, write: Int32)
    private let whenGone: @Sendable () -> Void

    /// - Parameter whenGone: called once, on a thread of its own, when nobody reads our standard output any more.
    init(input: Int32 = 0, output: Int32 = 1, whenGone: @escaping @Sendable () -> Void) throws(LaunchFailure) {
        self.input = input
        self.output = output
        self.whenGone = whenGone
        commands = try Self.makePipe()
        DispatchQueue(label: "client-input").async { [self] in carry() }
    }

    /// Begins to read; returns the descriptor from which the session gets what the client says.
    func open() throws(LaunchFailure) -> Int32 {
        let pipe = try Self.makePipe()
        send(pipe.write)
        return pipe.read
    }

    /// Lets the session see the end of its input.
    func close() { send(-1) }

    private func send(_ descriptor: Int32) {
        withUnsafeBytes(of: descriptor) { StandardStream.write(Array($0), to: commands.write) }
    }

    /// Both ends are closed in children; a child that kept the write end would never see the end of its own input.
    private static func makePipe() throws(LaunchFailure) -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        guard csystem_pipe(&ends) == 0 else {
            throw .kubectl("cannot make a pipe: \(String(cString: strerror(errno)))")
        }
        return (ends[0], ends[1])
    }

    private func carry() {
        // A kubectl that has ended is noticed by the failing write.
        var brokenPipe = sigset_t()
        sigemptyset(&brokenPipe)
        sigaddset(&brokenPipe, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &brokenPipe, nil)
        var carrier = Carrier(commands: commands.read, input: input, output: output)
        while let news = carrier.wait() {
            if news == .clientGone { whenGone() }
        }
    }
}

/// The loop's state, on its own thread.
private struct Carrier {
    enum News { case none, clientGone }

    let commands: Int32
    let input: Int32
    var output: Int32
    /// Where the bytes go; negative before and after the session.
    var target: Int32 = -1
    var buffer = [UInt8](repeating: 0, count: 65_536)

    init(commands: Int32, input: Int32, output: Int32) {
        self.commands = commands
        self.input = input
        self.output = output
    }

    /// Sleeps until something happens and deals with it; nil when there will be no more.
    mutating func wait() -> News? {
        var sources = [
            pollfd(fd: commands, events: Int16(POLLIN), revents: 0),
            // No events are asked for: an end without readers shows as an error or a hang-up.
            pollfd(fd: output, events: 0, revents: 0),
            pollfd(fd: target >= 0 ? input : -1, events: Int16(POLLIN), revents: 0),
        ]
        guard poll(&sources, nfds_t(sources.count), -1) > 0 else { return errno == EINTR ? News.none : nil }
        if sources[0].revents != 0 && !takeCommand() { return nil }
        if sources[2].revents != 0 { copy() }
        guard sources[1].revents != 0 else { return News.none }
        output = -1
        finish()
        return .clientGone
    }

    private mutating func takeCommand() -> Bool {
        var descriptor: Int32 = -1
        let count = withUnsafeMutableBytes(of: &descriptor) { read(commands, $0.baseAddress, $0.count) }
        guard count == MemoryLayout<Int32>.size else { return false }
        finish()
        target = descriptor
        return true
    }

    private mutating func copy() {
        guard target >= 0 else { return }
        let count = buffer.withUnsafeMutableBytes { read(input, $0.baseAddress, $0.count) }
        if count < 0 && (errno == EINTR || errno == EAGAIN) { return }
        guard count > 0, passOn(count) else { return finish() }
    }

    private func passOn(_ count: Int) -> Bool {
        var done = 0
        while done < count {
            let written = buffer.withUnsafeBytes { write(target, $0.baseAddress?.advanced(by: done), count - done) }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { return false }
            done += written
        }
        return true
    }

    private mutating func finish() {
        if target >= 0 { close(target) }
        target = -1
    }
}
