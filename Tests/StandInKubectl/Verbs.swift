import JSON

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

extension Command {
    func create() -> Int32 {
        guard let manifest = try? JSONParser.parse(Process.readAll(0)), let kind = manifest["kind"]?.stringValue,
            let name = manifest["metadata"]?["name"]?.stringValue
        else { return fail("error: no objects passed to create") }
        if kind == "Pod" { return tryPod(name) }
        if let webhook = faults["webhook"]?.stringValue {
            return fail(
                "Error from server (InternalError): error when creating \"STDIN\": Internal error occurred: "
                    + "failed calling webhook \"policy.example\": failed to call webhook: \(webhook)")
        }
        if let code = denied("create", "jobs", group: "batch", name: "") { return code }
        if let reason = faults["policy"]?.stringValue {
            return fail(
                "Error from server (Forbidden): error when creating \"STDIN\": jobs.batch \"\(name)\" is forbidden: "
                    + "ValidatingAdmissionPolicy 'k8s-mcp-agent-jobs' with binding 'k8s-mcp-agent-jobs' denied request: \(reason)"
            )
        }
        if let missing = faults["noNamespace"]?.stringValue {
            return fail(
                "Error from server (NotFound): error when creating \"STDIN\": namespaces \"\(missing)\" not found")
        }
        let path = Store.path("jobs", namespace, name)
        let job = manifest.changing("metadata") {
            $0.setting("namespace", .string(namespace)).setting("creationTimestamp", Store.now)
                .setting("uid", .string("uid-\(UInt64.random(in: .min ... .max))"))
        }
        let isNew = store.locked { () -> Bool in
            if store.exists(path) { return false }
            store.write(path, job)
            return true
        }
        guard isNew else {
            return fail(
                "Error from server (AlreadyExists): error when creating \"STDIN\": jobs.batch \"\(name)\" already exists"
            )
        }
        Process.startController(namespace: namespace, job: name)
        // The request has been carried out, but its answer never arrives.
        if faults["lostCreateAnswer"] != nil {
            return fail(
                "Error from server: error when creating \"STDIN\": Post \"https://10.0.0.1:6443\": context deadline exceeded"
            )
        }
        Say.out(flags["-o"] == "json" ? job.prettyPrinted() : "job.batch/\(name)")
        return 0
    }

    /// A server-side trial: admission is asked, nothing is made.
    private func tryPod(_ name: String) -> Int32 {
        if let code = denied("create", "pods") { return code }
        if let reason = Admission.refusal(faults) { return fail("Error from server (Forbidden): \(reason)") }
        Say.out("pod/\(name)")
        return 0
    }

    func get() -> Int32 {
        let resource = words.count > 1 ? words[1] : ""
        let name = words.count > 2 ? words[2] : nil
        switch (resource, name) {
        case ("node", let name?): return node(name)
        case ("nodes", nil):
            if let code = denied("list", "nodes") { return code }
            for node in store.nodes { Say.out("node/\(node["metadata"]?["name"]?.stringValue ?? "")") }
            return 0
        case ("job", let name?):
            if let code = denied("get", "jobs", group: "batch", name: name) { return code }
            guard let job = store.read(Store.path("jobs", namespace, name)) else {
                return fail("Error from server (NotFound): jobs.batch \"\(name)\" not found")
            }
            Say.out(job.prettyPrinted())
            return 0
        case ("jobs", nil): return list("jobs", group: "batch")
        case ("pods", nil) where flags["--no-headers"] != nil: return table("pods")
        case ("pods", nil): return flags["-w"] == nil ? list("pods", group: "") : watch()
        case ("events", nil): return list("events", group: "")
        default: return fail("error: the server doesn't have a resource type \"\(resource)\"")
        }
    }

    private func node(_ name: String) -> Int32 {
        if let code = denied("get", "nodes", name: name) { return code }
        guard let node = store.nodes.first(where: { $0["metadata"]?["name"]?.stringValue == name }) else {
            return fail("Error from server (NotFound): nodes \"\(name)\" not found")
        }
        Say.out(node.prettyPrinted())
        return 0
    }

    private func list(_ resource: String, group: String) -> Int32 {
        if let code = denied("list", resource, group: group) { return code }
        let items = store.list(resource).map(\.object).filter(isSelected)
        Say.out(
            JSONValue.object(JSONObject([("apiVersion", "v1"), ("items", .array(items)), ("kind", "List")]))
                .prettyPrinted())
        return 0
    }

    /// The columns of `-o custom-columns=HEADER:.path,...`; indices in the paths are passed over.
    private func table(_ resource: String) -> Int32 {
        if let code = denied("list", resource) { return code }
        let columns = (flags["-o"] ?? "").drop { $0 != "=" }.dropFirst().split(separator: ",")
        let paths = columns.map { $0.drop { $0 != ":" }.dropFirst().split { ".[".contains($0) } }
        for object in store.list(resource).map(\.object) where isSelected(object) {
            Say.out(paths.map { cell(object, $0) }.joined(separator: "   "))
        }
        return 0
    }

    private func cell(_ object: JSONValue, _ path: [Substring]) -> String {
        let value = path.reduce(Optional(object)) { value, step in
            step.hasSuffix("]") ? value?.arrayValue?.first : value?[String(step)]
        }
        return value?.stringValue ?? "<none>"
    }

    func isSelected(_ object: JSONValue) -> Bool {
        let metadata = object["metadata"]
        if flags["--all-namespaces"] == nil, metadata?["namespace"]?.stringValue != namespace { return false }
        let labels = (flags["-l"] ?? "").split(separator: ",").map {
            $0.split(separator: "=", maxSplits: 1).map(String.init)
        }
        for label in labels {
            guard let value = metadata?["labels"]?[label[0]]?.stringValue else { return false }
            if label.count > 1, value != label[1] { return false }
        }
        let fields = (flags["--field-selector"] ?? "").split(separator: ",")
        for field in fields.map({ $0.split(separator: "=", maxSplits: 1).map(String.init) }) {
            let value = field[0].split(separator: ".").reduce(Optional(object)) { $0?[String($1)] }
            if value?.stringValue != field[1] { return false }
        }
        return true
    }

    /// Lists, then tells of every change, until it is ended or its time is over.
    private func watch() -> Int32 {
        if let code = denied("watch", "pods") { return code }
        let seconds = Int(flags["--request-timeout"]?.dropLast() ?? "") ?? 3_600
        let dropAfter = faults["dropWatch"]?.intValue.map { Int($0) } ?? .max
        var known: [String: JSONValue] = [:]
        for round in 0..<(seconds * 50) where round * 20 < dropAfter {
            var now: [String: JSONValue] = [:]
            for (path, pod) in store.list("pods") where isSelected(pod) { now[path] = pod }
            for (path, pod) in now where known[path] != pod { Say.out(pod.prettyPrinted()) }
            for (path, pod) in known where now[path] == nil { Say.out(pod.prettyPrinted()) }
            known = now
            usleep(20_000)
        }
        return 0
    }

    func delete() -> Int32 {
        if words.count == 2, flags["-l"] != nil { return deleteSelected() }
        guard words.count > 2 else { return fail("error: resource(s) were provided, but no name was specified") }
        let (resource, name) = (words[1], words[2])
        let (plural, group) = resource == "job" ? ("jobs", "batch") : ("pods", "")
        if let code = denied("delete", plural, group: group, name: name) { return code }
        let path = Store.path(plural, namespace, name)
        return store.locked {
            guard let object = store.read(path) else {
                return flags["--ignore-not-found"] == nil
                    ? fail("Error from server (NotFound): \(plural) \"\(name)\" not found") : 0
            }
            if plural == "jobs" {
                // The Job goes at once; its pods follow when the garbage collector comes by.
                store.remove(path)
            } else if let pid = store.read("processes/\(namespace)_\(name).json")?["pid"]?.intValue {
                kill(pid_t(pid), SIGKILL)
                store.remove("processes/\(namespace)_\(name).json")
                store.remove(path)
            } else {
                store.remove(path)
            }
            _ = object
            Say.out("\(resource) \"\(name)\" deleted")
            return 0
        }
    }
}

extension Command {
    /// Lists, then deletes one after the other.
    private func deleteSelected() -> Int32 {
        if let code = denied("list", "jobs", group: "batch") { return code }
        if let code = denied("delete", "jobs", group: "batch") { return code }
        let found = store.locked { () -> [String] in
            let paths = store.list("jobs").filter { isSelected($0.object) }.map(\.path)
            for path in paths { store.remove(path) }
            return paths
        }
        if found.isEmpty { Say.error("No resources found") }
        for path in found { Say.out("job.batch \"\(path)\" deleted") }
        return 0
    }
}

/// What Pod Security, quota and policies say of a pod.
enum Admission {
    static func refusal(_ faults: JSONValue) -> String? {
        if let level = faults["podSecurity"]?.stringValue {
            return "pods \"x\" is forbidden: violates PodSecurity \"\(level):latest\": host namespaces (hostPID=true), "
                + "hostPath volumes (volume \"host\"), privileged (container \"agent\" must not set securityContext.privileged=true)"
        }
        if let quota = faults["quota"]?.stringValue {
            return "pods \"x\" is forbidden: exceeded quota: \(quota), requested: pods=1, used: pods=4, limited: pods=4"
        }
        return nil
    }
}
