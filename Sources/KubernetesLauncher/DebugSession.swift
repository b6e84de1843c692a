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

    /// Returns when the session is over and its pod removed, or the person told how to remove it.
    package func run() async -> SessionMachine.Outcome {
        do throws(LaunchFailure) {
            let client = try ClientInput(whenGone: { Interruptions.hangUp() })
            let custom = try TemporaryFile(DebugArguments.custom.encoded())
            defer { custom.remove() }
            // The session may last hours, in which the kubeconfig's current context may become another one.
            let place = try await arguments.resolved(by: kubectl)
            let nonce = String(UInt32.random(in: .min ... .max), radix: 16)
            let debug = DebugArguments(
                options, arguments: place, container: "agent-\(nonce)", customFile: custom.path)
            let pod = DebuggingPod(debug: debug, kubectl: kubectl)
            try await greet(pod)
            let outcome = await run(debug.open, pod, client, custom)
            // Also after a refusal: kubectl makes the pod before it asks to attach to it.
            let isGone = await pod.remove(say)
            return isGone || outcome.exitCode != 0 ? outcome : SessionMachine.Outcome(exitCode: 1)
        } catch {
            if case .interrupted = error { return SessionMachine.Outcome(error) }
            say("\(error)")
            return SessionMachine.Outcome(error)
        }
    }

    /// The first question, before anything is made: whoever has to log in does it here and once, not for the session and
    /// for the look at its pod at the same time.
    private func greet(_ pod: DebuggingPod) async throws(LaunchFailure) {
        let talk = Talk(isShown: true)
        switch await interruptions.orNext(after: talk.begin, { await pod.find(talk: talk) }) {
        case .success, .failure(.forbidden): return
        case .failure(let failure): throw failure
        }
    }

    private func run(
        _ command: [String], _ pod: DebuggingPod, _ client: ClientInput, _ custom: TemporaryFile
    ) async -> SessionMachine.Outcome {
        let session = SessionRun(kubectl: kubectl, interruptions: interruptions, client: client)
        let outcome = await withTaskGroup(of: SessionMachine.Outcome?.self) { group in
            group.addTask { await session.run(command) }
            group.addTask { await podFailure(pod, custom).map { SessionMachine.Outcome(exitCode: 1, failure: $0) } }
            defer { group.cancelAll() }
            while let outcome = await group.next() {
                if let outcome { return outcome }
            }
            return SessionMachine.Outcome(exitCode: 1)
        }
        if let failure = outcome.failure { say("\(failure)") }
        return outcome
    }

    /// Returns why the pod will never run; nil once it runs, and where pods cannot be seen.
    private func podFailure(_ pod: DebuggingPod, _ custom: TemporaryFile) async -> LaunchFailure? {
        let begin = ContinuousClock.now
        var isSeen = true
        while ContinuousClock.now - begin < .seconds(options.patience) {
            try? await Task.sleep(for: .milliseconds(700))
            if Task.isCancelled { return nil }
            switch await pod.find() {
            case .failure(.forbidden): return nil
            case .failure: isSeen = false
            case .success(let status):
                isSeen = true
                // kubectl has read its file before it makes the pod.
                if status != nil { custom.remove() }
                switch status?.verdict(image: options.image) {
                case .ready, .leaving: return nil
                case .failed(let failure): return failure
                case .coming, nil: continue
                }
            }
        }
        return isSeen ? .staysPending(seconds: options.patience, "kubectl debug waits for it") : nil
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
