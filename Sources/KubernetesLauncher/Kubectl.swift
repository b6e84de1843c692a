import JSON
import Subprocess

#if canImport(System)
    import System
#else
    import SystemPackage
#endif

/// How a kubectl command ended, and what it said.
package struct KubectlResult: Sendable, Equatable {
    /// Its exit code; 128 and the signal's number if it was killed.
    package let exitCode: Int32
    /// What it wrote to standard output.
    package let output: [UInt8]
    /// What it wrote to standard error.
    package let error: String

    /// True for exit code 0.
    package var isSuccess: Bool { exitCode == 0 }
}

/// Runs the user's own kubectl.
package struct Kubectl: Sendable {
    private let executable: Executable
    let name: String

    /// - Parameter executable: a name to be found in PATH, or a path.
    package init(executable: String = "kubectl") {
        name = executable
        self.executable = executable.contains("/") ? .path(FilePath(executable)) : .name(executable)
    }

    /// Asks one question; standard output and error are collected.
    ///
    /// - Parameters:
    ///   - input: at most 64 KiB, what a pipe holds.
    ///   - survivesInterrupt: put into a process group of its own, so that Ctrl-C at the terminal does not reach it.
    ///   - deadline: after that it is ended, since a plug-in that kubectl starts may hang without end; later if `talk`
    ///     is shown and has begun.
    ///   - talk: takes what it says on standard error.
    /// - Throws: `.noKubectl`; `.kubectl` when it says more than is believable.
    func ask(
        _ arguments: [String], input: [UInt8] = [], survivesInterrupt: Bool = false, deadline: Duration = .seconds(12),
        talk: Talk = Talk(isShown: false)
    ) async throws(LaunchFailure) -> KubectlResult {
        let options = Self.options(ownGroup: survivesInterrupt)
        let input = FileDescriptor(rawValue: try FilledPipe.make(input))
        do {
            return try await Deadline.run(deadline, more: { talk.hasBegun ? Talk.patience : .zero }) {
                let showing = Task { await talk.show() }
                defer { showing.cancel() }
                let result = try await Subprocess.run(
                    executable, arguments: Arguments(arguments), platformOptions: options,
                    input: .fileDescriptor(input, closeAfterSpawningProcess: true),
                    output: .bytes(limit: Self.longestAnswer), error: .sequence
                ) { execution in
                    for try await chunk in execution.standardError { talk.add(chunk.withUnsafeBytes { Array($0) }) }
                }
                return KubectlResult(
                    exitCode: result.terminationStatus.shellCode, output: result.standardOutput, error: talk.text)
            }
        } catch is DeadlineExceeded { throw talk.deadlineFailure } catch { throw failure(error) }
    }

    /// More than this is not kept.
    private static let longestAnswer = 64 << 20

    /// Runs a watch and hands on each object as it comes, until `body` returns something or kubectl ends.
    ///
    /// - Returns: what `body` returned, and otherwise nil and how kubectl ended.
    func watch<Found: Sendable>(
        _ arguments: [String], _ body: @escaping @Sendable (JSONValue) -> Found?
    ) async throws(LaunchFailure) -> (found: Found?, end: KubectlResult) {
        do {
            let result = try await Subprocess.run(
                executable, arguments: Arguments(arguments), platformOptions: Self.options(ownGroup: false),
                input: .none, output: .sequence, error: .bytes(limit: 1 << 20)
            ) { execution in
                var splitter = JSONObjectSplitter()
                for try await chunk in execution.standardOutput {
                    let objects = splitter.add(chunk.withUnsafeBytes { Array($0) })
                    for object in objects.lazy.compactMap({ try? JSONParser.parse($0) }) {
                        guard let found = body(object) else { continue }
                        // A watch has nothing to finish; whoever waits for its end waits in vain.
                        await execution.teardown(using: [])
                        return Optional(found)
                    }
                }
                return nil
            }
            let end = KubectlResult(
                exitCode: result.terminationStatus.shellCode, output: [],
                error: String(decoding: result.standardError, as: UTF8.self))
            return (result.closureResult, end)
        } catch { throw failure(error) }
    }

    /// Runs a session: kubectl reads from `input` and writes to our own standard output without our touching it.
    ///
    /// - Parameter input: the read end of a pipe; closed here.
    /// - Returns: how it ended, with the last 4 KiB of standard error, all of which has gone to our own.
    func session(_ arguments: [String], input: Int32) async throws(LaunchFailure) -> KubectlResult {
        do {
            let result = try await Subprocess.run(
                executable, arguments: Arguments(arguments), platformOptions: Self.options(ownGroup: false),
                input: .fileDescriptor(FileDescriptor(rawValue: input), closeAfterSpawningProcess: true),
                output: .currentStandardOutput, error: .sequence
            ) { execution in
                var tail: [UInt8] = []
                for try await chunk in execution.standardError {
                    let bytes = chunk.withUnsafeBytes { Array($0) }
                    StandardStream.write(bytes, to: 2)
                    tail = Array((tail + bytes).suffix(4_096))
                }
                return tail
            }
            return KubectlResult(
                exitCode: result.terminationStatus.shellCode, output: [],
                error: String(decoding: result.closureResult, as: UTF8.self))
        } catch { throw failure(error) }
    }

    func failure(_ error: any Error) -> LaunchFailure {
        if let failure = error as? LaunchFailure { return failure }
        if error is CancellationError { return .interrupted(0) }
        guard let error = error as? SubprocessError else { return .kubectl("\(error)") }
        if error.code == .outputLimitExceeded {
            return .kubectl("its answer is longer than \(Self.longestAnswer) bytes")
        }
        return error.code == .executableNotFound ? .noKubectl(name) : .kubectl("cannot run '\(name)': \(error)")
    }

    static func options(ownGroup: Bool) -> PlatformOptions {
        var options = PlatformOptions()
        options.processGroupID = ownGroup ? 0 : nil
        // With a group of its own its plug-ins end as well.
        options.teardownSequence = [
            .send(signal: .terminate, toProcessGroup: ownGroup, allowedDurationToNextStep: .seconds(1))
        ]
        return options
    }
}

extension TerminationStatus {
    /// As a shell reports it.
    fileprivate var shellCode: Int32 {
        switch self {
        case .exited(let code): code
        case .signaled(let signal): 128 + signal
        }
    }
}
