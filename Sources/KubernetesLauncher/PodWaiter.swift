import JSON
import Synchronization

/// Waits for the Job's pod without missing a moment, and finds out why when it does not come.
struct PodWaiter: Sendable {
    let kubectl: Kubectl
    let arguments: KubectlArguments
    let options: LaunchOptions
    /// The Job's name and its uid: pods of an earlier Job of that name may still be on their way out.
    let job: String
    let uid: String
    /// Takes lines for the person.
    let say: @Sendable (String) -> Void

    /// What was last seen of the pod, and what the cluster last complained of.
    private final class Sighting: Sendable {
        let pod = Mutex<PodStatus?>(nil)
        let warning = Mutex<String?>(nil)
    }

    /// Returns the ready pod's name or `.podLeaving`, or why there will be none.
    func wait() async -> SessionMachine.Event {
        let sighting = Sighting()
        return await withTaskGroup(of: SessionMachine.Event.self) { group in
            group.addTask { await watch(sighting) }
            group.addTask { .waitFailed(await diagnose(sighting)) }
            defer { group.cancelAll() }
            return await group.next() ?? .waitFailed(.interrupted(0))
        }
    }

    private func watch(_ sighting: Sighting) async -> SessionMachine.Event {
        while !Task.isCancelled {
            do throws(LaunchFailure) {
                if let event = try await watchOnce(sighting) { return event }
            } catch { return .waitFailed(error) }
            try? await Task.sleep(for: .milliseconds(300))
        }
        return .waitFailed(.interrupted(0))
    }

    /// One watch; nil when its connection ended and a new one may do better.
    private func watchOnce(_ sighting: Sighting) async throws(LaunchFailure) -> SessionMachine.Event? {
        let watch = arguments.watchPods(job: job, seconds: options.patience + 5)
        let (found, end) = try await kubectl.watch(watch) { object -> SessionMachine.Event? in
            guard let pod = PodStatus(object), pod.owner == uid else { return nil }
            sighting.pod.withLock { $0 = pod }
            switch pod.verdict(image: options.image) {
            case .ready(let name): return .podReady(name)
            case .leaving: return .podLeaving
            case .failed(let failure): return .waitFailed(failure)
            case .coming: return nil
            }
        }
        if let found { return found }
        guard !end.isSuccess else { return nil }
        let failure = KubectlErrors.failure(end.error)
        switch failure {
        case .noCluster, .sessionLost, .kubectl: return nil
        default: throw failure
        }
    }

    /// Asks the cluster what is wrong, more seldom the longer it takes; returns when that is clear or patience is over.
    private func diagnose(_ sighting: Sighting) async -> LaunchFailure {
        let end = ContinuousClock.now + .seconds(options.patience)
        var pause = Duration.milliseconds(1_200)
        while ContinuousClock.now < end {
            try? await Task.sleep(for: min(pause, end - ContinuousClock.now))
            if Task.isCancelled { return .interrupted(0) }
            let pod = sighting.pod.withLock { $0 }
            if let failure = await reason(pod, sighting) { return failure }
            pause = min(pause * 1.5, .seconds(5))
        }
        return .staysPending(seconds: options.patience, state(sighting))
    }

    /// What the pod was last seen to wait for.
    private func state(_ sighting: Sighting) -> String {
        guard let pod = sighting.pod.withLock({ $0 }) else {
            return "there is no pod; the cluster's Job controller has not created one"
        }
        var state = pod.phase
        if case .coming(let reason) = pod.verdict(image: options.image) { state = reason }
        return sighting.warning.withLock { $0 }.map { "\(state); \($0)" } ?? state
    }

    private func reason(_ pod: PodStatus?, _ sighting: Sighting) async -> LaunchFailure? {
        guard let pod else {
            if let refusal = await refusal() { return refusal }
            return await nodeFailure()
        }
        guard pod.isKnownToNode else { return await nodeFailure() }
        await lookForWarning(about: pod, sighting)
        return nil
    }

    /// What keeps a pod from starting may pass, so it is told and waited for.
    private func lookForWarning(about pod: PodStatus, _ sighting: Sighting) async {
        guard let uid = pod.uid, let events = try? await kubectl.ask(arguments.warnings(podUID: uid)), events.isSuccess,
            let warning = PodWarning.last(of: events.output)
        else { return }
        let isNew = sighting.warning.withLock { known in
            defer { known = warning }
            return known != warning
        }
        if isNew { say("the pod is not ready yet: \(warning)") }
    }

    /// Why the node does not take notice of the pod; nil if it is in order or may not be asked.
    private func nodeFailure() async -> LaunchFailure? {
        guard let answer = try? await kubectl.ask(arguments.node(options.node)) else { return nil }
        if answer.isSuccess {
            guard let node = try? JSONParser.parse(answer.output) else { return nil }
            return NodeStatus.failure(node, name: options.node)
        }
        guard KubectlErrors.isNotFound(answer.error) else { return nil }
        let names = try? await kubectl.ask(arguments.nodeNames)
        let all = String(decoding: names?.output ?? [], as: UTF8.self).split(separator: "\n")
        let wanted = options.node.description
        let nearest = NearestNames.of(wanted, among: all.map { String($0.split(separator: "/").last ?? $0) })
        return .noSuchNode(wanted, nearest: nearest)
    }

    /// Why no pod was made: the Job controller's event says it, and where events may not be read, a trial of the same pod.
    private func refusal() async -> LaunchFailure? {
        guard let events = try? await kubectl.ask(arguments.failedCreations(job: job)) else { return nil }
        if events.isSuccess {
            let items = (try? JSONParser.parse(events.output))?["items"]?.arrayValue ?? []
            let ours = items.last { $0["involvedObject"]?["uid"]?.stringValue == uid }
            return ours?["message"]?.stringValue.map(KubectlErrors.creationFailure)
        }
        let pod = JobManifest(options, instance: SessionNames.newInstance()).pod.encoded()
        guard let trial = try? await kubectl.ask(arguments.tryPod, input: pod), !trial.isSuccess else { return nil }
        switch KubectlErrors.failure(trial.error) {
        case .podSecurity(let reason): return .podSecurity(reason)
        case .quota(let reason): return .quota(reason)
        case .admission(let reason): return .admission(reason)
        default: return nil
        }
    }
}
