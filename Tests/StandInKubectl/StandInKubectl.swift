import JSON

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Behaves as kubectl and a small cluster behind it, for tests: Jobs, pods and events are files in a store, pods are real
/// processes in pid namespaces of their own, and one process per Job plays the control plane. It answers only what
/// kubectl would.
@main
struct StandInKubectl {
    static func main() {
        signal(SIGPIPE, SIG_DFL)
        guard let root = getenv("STANDIN_STORE").map({ String(cString: $0) }) else {
            Say.error("STANDIN_STORE is not set")
            exit(1)
        }
        let store = Store(root: root)
        let arguments = Array(CommandLine.arguments.dropFirst())
        if arguments.first == "__controller", arguments.count == 3 {
            Controller(store: store, namespace: arguments[1], job: arguments[2]).run()
            exit(0)
        }
        store.record(arguments)
        exit(Command(arguments, store: store).run())
    }
}

/// One invocation of kubectl.
struct Command {
    var words: [String] = []
    var flags: [String: String] = [:]
    var remote: [String] = []
    let store: Store

    private static let withValue: Set<String> = [
        "-o", "-l", "-f", "-c", "-n", "--field-selector", "--namespace", "--context", "--kubeconfig",
    ]

    init(_ arguments: [String], store: Store) {
        self.store = store
        var rest = arguments[...]
        while let word = rest.popFirst() {
            if word == "--" {
                remote = Array(rest)
                return
            }
            guard word.hasPrefix("-") else {
                words.append(word)
                continue
            }
            if let equals = word.firstIndex(of: "=") {
                flags[String(word[..<equals])] = String(word[word.index(after: equals)...])
            } else if Self.withValue.contains(word) {
                flags[word] = rest.popFirst() ?? ""
            } else {
                flags[word] = "true"
            }
        }
    }

    var namespace: String { flags["--namespace"] ?? flags["-n"] ?? "default" }
    var faults: JSONValue { store.faults }

    func run() -> Int32 {
        if words.first == "config" { return config() }
        if let delay = faults["apiDelay"]?.intValue { usleep(UInt32(delay) * 1_000) }
        if faults["unreachable"] != nil {
            return fail(
                "The connection to the server 10.0.0.1:6443 was refused - did you specify the right host or port?")
        }
        if faults["unauthorized"] != nil { return fail("error: You must be logged in to the server (Unauthorized)") }
        logIn()
        switch words.first {
        case "create": return create()
        case "get": return get()
        case "delete": return delete()
        case "exec": return exec()
        case "debug": return debug()
        default: return fail("error: unknown command \"\(words.first ?? "")\" for \"kubectl\"")
        }
    }

    /// A credential plug-in that wants the person to do something, in a process of its own; it remembers that they did.
    private func logIn() {
        guard let seconds = faults["login"]?.intValue, !store.exists("logged-in") else { return }
        store.record(["login"])
        Say.error("To sign in, open https://login.example/device and enter the code ABCD-1234.")
        let plugin = Process.spawn(["/bin/sleep", "\(seconds)"], input: nil, output: nil, error: 2, isSession: false)
        if let plugin { waitpid(plugin, nil, 0) }
        store.write("logged-in", true)
    }

    /// `config view --minify`: the context that is current, unless another one is named.
    private func config() -> Int32 {
        let name = flags["--context"] ?? faults["currentContext"]?.stringValue ?? "stand-in"
        let context: JSONValue = ["name": .string(name), "context": ["cluster": "c", "user": "u"]]
        Say.out(
            JSONValue.object(JSONObject([("contexts", [context]), ("current-context", .string(name))])).prettyPrinted())
        return 0
    }

    func fail(_ text: String, code: Int32 = 1) -> Int32 {
        Say.error(text)
        return code
    }

    /// The exit code of a refusal by RBAC, or nil if the user may.
    func denied(_ verb: String, _ resource: String, group: String = "", name: String = "") -> Int32? {
        let listed = faults["forbidden"]?.arrayValue?.contains(.string("\(verb) \(resource)")) ?? false
        guard listed else { return nil }
        let subject = name.isEmpty ? resource : "\(resource.split(separator: "/")[0]) \"\(name)\""
        let place = resource == "nodes" ? "at the cluster scope" : "in the namespace \"\(namespace)\""
        return fail(
            "Error from server (Forbidden): \(subject) is forbidden: User \"ada\" cannot \(verb) resource "
                + "\"\(resource)\" in API group \"\(group)\" \(place)")
    }
}

enum Say {
    static func error(_ text: String) { write(text + "\n", to: 2) }
    static func out(_ text: String) { write(text + "\n", to: 1) }

    static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
            if count <= 0 { exit(1) }
            rest = rest.dropFirst(count)
        }
    }
}

func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
