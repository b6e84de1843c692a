import JSON

/// The pod that `kubectl debug` made for a session; kubectl does not print its name.
struct DebuggingPod: Sendable {
    let debug: DebugArguments
    let kubectl: Kubectl

    /// Looks among the node's pods for the one with our container; nil when there is none. A failure leaves it open.
    func find(talk: Talk = Talk(isShown: false)) async -> Result<PodStatus?, LaunchFailure> {
        do throws(LaunchFailure) {
            let answer = try await kubectl.ask(debug.pods, survivesInterrupt: true, talk: talk)
            guard answer.isSuccess else { return .failure(KubectlErrors.failure(answer.error)) }
            guard let items = (try? JSONParser.parse(answer.output))?["items"]?.arrayValue else {
                return .failure(.kubectl("it did not answer with a list"))
            }
            let ours = items.first { pod in
                pod["spec"]?["containers"]?.arrayValue?.contains { $0["name"]?.stringValue == debug.container } ?? false
            }
            // Members of a list carry no kind of their own.
            return .success(ours.flatMap { PodStatus($0, isListMember: true) })
        } catch { return .failure(error) }
    }

    /// Removes the pod; if that does not succeed at the third attempt, `say` takes how to do it by hand.
    ///
    /// - Returns: true if no pod is left.
    func remove(_ say: (String) -> Void) async -> Bool {
        var failure = LaunchFailure.interrupted(0)
        var name: String?
        for attempt in 0..<3 {
            if attempt > 0 { try? await Task.sleep(for: .seconds(1)) }
            switch await find() {
            case .success(nil): return true
            case .success(let pod?):
                name = pod.name
                guard let problem = await remove(pod.name) else { return true }
                failure = problem
            case .failure(let problem): failure = problem
            }
            if case .forbidden = failure { break }
        }
        say(Self.advice(pod: name, failure, debug, kubectl: kubectl.name))
        return false
    }

    private func remove(_ pod: String) async -> LaunchFailure? {
        do throws(LaunchFailure) {
            let answer = try await kubectl.ask(
                debug.removal(pod), survivesInterrupt: true, deadline: .seconds(8))
            return answer.isSuccess ? nil : KubectlErrors.failure(answer.error)
        } catch { return error }
    }

    /// What to tell a person who has to do it.
    static func advice(pod: String?, _ failure: LaunchFailure, _ debug: DebugArguments, kubectl: String) -> String {
        guard let pod else {
            let list = ([kubectl] + debug.podsForPerson).map(ShellWord.quoted).joined(separator: " ")
            return "a debugging pod may be left on the node, since pods cannot be listed: \(failure.message)\n  "
                + "Find it with '\(list)' and delete node-debugger-..., or run 'k8s-mcp-agent sweep'."
        }
        let delete = ([kubectl] + debug.removalForPerson(pod)).map(ShellWord.quoted).joined(separator: " ")
        return "pod \(pod) could not be removed: \(failure.message)\n  Remove it with '\(delete)'."
    }
}
