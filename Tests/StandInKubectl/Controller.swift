import JSON

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Job controller, scheduler, kubelet and garbage collector for one Job.
struct Controller {
    let store: Store
    let namespace: String
    let job: String

    private var jobPath: String { Store.path("jobs", namespace, job) }

    func run() {
        guard let spec = store.read(jobPath), let uid = spec["metadata"]?["uid"]?.stringValue else { return }
        let pod = "\(job)-\(Store.randomName())"
        pause("podDelay")
        if refuses(uid) { return }
        guard isAlive(uid) else { return }
        let path = Store.path("pods", namespace, pod)
        store.write(path, record(of: pod, for: spec, uid))
        let node = spec["spec"]?["template"]?["spec"]?["nodeName"]
        let isReady = store.nodes.contains { candidate in
            candidate["metadata"]?["name"] == node
                && candidate["status"]?["conditions"]?.arrayValue?.contains { $0["status"] == "True" } ?? false
        }
        if isReady { live(path, pod, spec, uid) } else { while isAlive(uid) { usleep(50_000) } }
        store.remove(path)
    }

    private var faults: JSONValue { store.faults }

    private func pause(_ fault: String) { usleep(UInt32(faults[fault]?.intValue ?? 20) * 1_000) }

    private func isAlive(_ uid: String) -> Bool { store.read(jobPath)?["metadata"]?["uid"]?.stringValue == uid }

    /// Admission that refuses the Job's pods shows only in events.
    private func refuses(_ uid: String) -> Bool {
        guard let reason = Admission.refusal(faults) else { return false }
        let about: JSONValue = ["kind": "Job", "name": .string(job), "uid": .string(uid)]
        store.write(
            Store.path("events", namespace, job),
            [
                "metadata": ["namespace": .string(namespace)], "involvedObject": about, "reason": "FailedCreate",
                "message": .string("Error creating: \(reason)"),
            ])
        while isAlive(uid) { usleep(50_000) }
        store.remove(Store.path("events", namespace, job))
        return true
    }

    private func record(of pod: String, for job: JSONValue, _ uid: String) -> JSONValue {
        let template = job["spec"]?["template"] ?? .null
        let owner: JSONValue = ["kind": "Job", "name": .string(self.job), "uid": .string(uid)]
        return [
            "apiVersion": "v1", "kind": "Pod",
            "metadata": (template["metadata"] ?? .object(JSONObject()))
                .setting("name", .string(pod)).setting("namespace", .string(namespace))
                .setting("creationTimestamp", Store.now).setting("ownerReferences", [owner])
                .setting("uid", .string("uid-of-\(pod)"))
                .changing("labels") { $0.setting("job-name", .string(self.job)) },
            "spec": (template["spec"] ?? .null).setting("containers", containers(template)),
            "status": ["phase": "Pending"],
        ]
    }

    /// Admission may name another image than the one that was asked for, such as its digest.
    private func containers(_ template: JSONValue) -> JSONValue? {
        let asked = template["spec"]?["containers"]
        guard let image = faults["rewrittenImage"], let first = asked?.arrayValue?.first else { return asked }
        return [first.setting("image", image)]
    }

    /// The pod's life on its node, and the Job's afterwards.
    private func live(_ path: String, _ pod: String, _ job: JSONValue, _ uid: String) {
        if let image = faults["image"] {
            pause("startDelay")
            status(path, phase: "Pending", state: ["waiting": image], ready: false)
            while isAlive(uid) { usleep(50_000) }
            return
        }
        status(path, phase: "Pending", state: ["waiting": ["reason": "ContainerCreating"]], ready: false)
        warn(about: pod)
        defer { store.remove(Store.path("events", namespace, pod)) }
        pause("startDelay")
        guard isAlive(uid) else { return }
        let container = job["spec"]?["template"]?["spec"]?["containers"]?.arrayValue?.first
        let command = (container?["command"]?.arrayValue ?? []).compactMap(\.stringValue)
        guard let (wrapper, first) = Process.startPod([store.agent] + command.dropFirst()) else { return }
        store.write(Store.path("processes", namespace, pod), ["pid": JSONValue(Int(first))])
        status(path, phase: "Running", state: ["running": ["startedAt": Store.now]], ready: true)
        let begin = time(nil)
        let deadline = Int(job["spec"]?["activeDeadlineSeconds"]?.intValue ?? .max)
        var wasEnded: Int32 = 0
        while waitpid(wrapper, &wasEnded, WNOHANG) == 0 {
            let isOver = time(nil) - begin >= deadline
            if isOver || !isAlive(uid) {
                terminate(path, first, wrapper)
                if isOver { break }
                store.remove(Store.path("processes", namespace, pod))
                return
            }
            usleep(20_000)
        }
        store.remove(Store.path("processes", namespace, pod))
        finish(path, job, uid)
    }

    /// The kubelet tells in events what keeps a pod from starting.
    private func warn(about pod: String) {
        guard let message = faults["podWarning"] else { return }
        let about: JSONValue = ["kind": "Pod", "name": .string(pod), "uid": .string("uid-of-\(pod)")]
        store.write(
            Store.path("events", namespace, pod),
            [
                "metadata": ["namespace": .string(namespace)], "involvedObject": about, "type": "Warning",
                "reason": "FailedCreatePodSandBox", "message": message, "lastTimestamp": Store.now,
            ])
    }

    /// As the kubelet ends a pod: TERM, then KILL after the grace period.
    private func terminate(_ path: String, _ first: pid_t, _ wrapper: pid_t) {
        if let pod = store.read(path) {
            store.write(path, pod.changing("metadata") { $0.setting("deletionTimestamp", Store.now) })
        }
        kill(first, SIGTERM)
        for _ in 0..<100 {
            if waitpid(wrapper, nil, WNOHANG) != 0 { return }
            usleep(20_000)
        }
        kill(first, SIGKILL)
        waitpid(wrapper, nil, 0)
    }

    private func finish(_ path: String, _ job: JSONValue, _ uid: String) {
        status(path, phase: "Succeeded", state: ["terminated": ["reason": "Completed", "exitCode": 0]], ready: false)
        store.locked {
            guard isAlive(uid), let current = store.read(jobPath) else { return }
            store.write(jobPath, current.setting("status", ["conditions": [["type": "Complete", "status": "True"]]]))
        }
        let timeToLive = Int(job["spec"]?["ttlSecondsAfterFinished"]?.intValue ?? 0)
        for _ in 0..<(timeToLive * 20) where isAlive(uid) { usleep(50_000) }
        store.locked { if isAlive(uid) { store.remove(jobPath) } }
    }

    private func status(_ path: String, phase: String, state: JSONValue, ready: Bool) {
        guard let pod = store.read(path) else { return }
        let container: JSONValue = ["name": "agent", "ready": .bool(ready), "state": state]
        store.write(
            path,
            pod.setting("status", ["phase": .string(phase), "startTime": Store.now, "containerStatuses": [container]]))
    }
}
