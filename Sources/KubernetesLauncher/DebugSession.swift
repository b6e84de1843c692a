import JSON

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A session by `kubectl debug node/NODE`, for clusters where Jobs may not be created.
///
/// kubectl makes the pod and never removes it, and with a bad image it waits in silence. So the pod is looked for while
/// kubectl runs, judged as the Job's pod would be, and removed at the end.
package struct DebugSession: Sendable {
    private let options: LaunchOptions
    private let arguments: KubectlArguments
    private let kubectl: Kubectl
    private let interruptions: Interruptions
    private let say: @Sendable (String) -> Void

    /// Parameters as for ``Launcher``.
    package init(
        _ options: LaunchOptions, arguments: KubectlArguments, kubectl: Kubectl, interruptions: Interruptions,
        say: @escaping @Sendable (String) -> Void
    ) {
        self.options = options
        self.arguments = arguments
        self.kubectl = kubectl
        self.interruptions = interruptions
        self.say = say
    }

    /// Returns when the session is over and its pod removed.
    package func run() async -> SessionMachine.Outcome {
        let outcome: SessionMachine.Outcome
        do throws(LaunchFailure) {
            let client = try ClientInput(whenGone: { Interruptions.hangUp() })
            let custom = try TemporaryFile(DebugArguments.custom.encoded())
            defer { custom.remove() }
            let nonce = String(UInt32.random(in: .min ... .max), radix: 16)
            let debug = DebugArguments(
                options, arguments: arguments, container: "agent-\(nonce)", customFile: custom.path)
            outcome = await run(debug, client)
            await removePod(debug)
        } catch {
            say("\(error)")
            return SessionMachine.Outcome(exitCode: 1, failure: error)
        }
        return outcome
    }

    private func run(_ debug: DebugArguments, _ client: ClientInput) async -> SessionMachine.Outcome {
        let session = SessionRun(kubectl: kubectl, interruptions: interruptions, client: client)
        let outcome = await withTaskGroup(of: SessionMachine.Outcome?.self) { group in
            group.addTask { await session.run(debug.open) }
            group.addTask { await podFailure(debug).map { SessionMachine.Outcome(exitCode: 1, failure: $0) } }
            defer { group.cancelAll() }
            while let outcome = await group.next() {
                if let outcome { return outcome }
            }
            return SessionMachine.Outcome(exitCode: 1)
        }
        if let failure = outcome.failure { say("\(failure)") }
        return outcome
    }

    /// Returns why the pod will never run; nil once it runs.
    private func podFailure(_ debug: DebugArguments) async -> LaunchFailure? {
        let begin = ContinuousClock.now
        while ContinuousClock.now - begin < .seconds(options.patience) {
            try? await Task.sleep(for: .milliseconds(700))
            if Task.isCancelled { return nil }
            switch await pod(debug)?.verdict(wanting: options.image) {
            case .ready, .leaving: return nil
            case .failed(let failure): return failure
            case .coming, nil: continue
            }
        }
        return .staysPending(seconds: options.patience, "kubectl debug waits for it")
    }

    private func pod(_ debug: DebugArguments) async -> PodStatus? {
        guard let answer = try? await kubectl.ask(debug.pods, survivesInterrupt: true), answer.isSuccess,
            let items = (try? JSONParser.parse(answer.output))?["items"]?.arrayValue
        else { return nil }
        let ours = items.first { pod in
            pod["spec"]?["containers"]?.arrayValue?.contains { $0["name"]?.stringValue == debug.container } ?? false
        }
        // Members of a list carry no kind of their own.
        return ours.flatMap { PodStatus($0, isListMember: true) }
    }

    private func removePod(_ debug: DebugArguments) async {
        guard let pod = await pod(debug) else { return }
        let answer = try? await kubectl.ask(
            arguments.removePod(pod.name), survivesInterrupt: true, deadline: .seconds(8))
        if answer?.isSuccess != true {
            say("pod \(pod.name) could not be removed; 'k8s-mcp-agent sweep' removes it later")
        }
    }
}

/// A file that only we can read, until it is removed.
private struct TemporaryFile: Sendable {
    let path: String

    init(_ content: [UInt8]) throws(LaunchFailure) {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(folder)/k8s-mcp-agent.XXXXXX\0".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else {
            throw .kubectl(
                "cannot write to \(folder) (\(String(cString: strerror(errno)))); set TMPDIR to a folder that can be")
        }
        path = String(decoding: template.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        StandardStream.write(content, to: descriptor)
        close(descriptor)
    }

    func remove() { unlink(path) }
}
