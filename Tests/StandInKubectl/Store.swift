import JSON

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The cluster's state: one file for each object, below one directory.
struct Store {
    let root: String

    init(root: String) {
        self.root = root
        for folder in ["jobs", "pods", "events", "processes"] { mkdir("\(root)/\(folder)", 0o755) }
    }

    /// How the test wants the cluster to misbehave, and what it consists of.
    var faults: JSONValue { read("config.json")?["faults"] ?? .object(JSONObject()) }
    var nodes: [JSONValue] { read("config.json")?["nodes"]?.arrayValue ?? [] }
    /// The program that stands for `/agent` in the image.
    var agent: String { read("config.json")?["agent"]?.stringValue ?? "/bin/false" }

    /// Writes down what was asked.
    func record(_ arguments: [String]) {
        let line = JSONValue.array(arguments.map { .string($0) }).encoded() + [UInt8(ascii: "\n")]
        let descriptor = open("\(root)/calls.log", O_WRONLY | O_CREAT | O_APPEND, 0o644)
        _ = line.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
    }

    func locked<Value>(_ body: () -> Value) -> Value {
        let descriptor = open("\(root)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        flock(descriptor, LOCK_EX)
        defer { close(descriptor) }
        return body()
    }

    func read(_ path: String) -> JSONValue? {
        guard let bytes = bytes(path) else { return nil }
        return try? JSONParser.parse(bytes)
    }

    func bytes(_ path: String) -> [UInt8]? {
        let descriptor = open("\(root)/\(path)", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = systemRead(descriptor, &chunk), count > 0 { content += chunk[..<count] }
        return content
    }

    /// Replaces a file in one step, so that nobody reads half of it.
    func write(_ path: String, _ value: JSONValue) {
        let temporary = "\(root)/.new-\(getpid())-\(UInt32.random(in: .min ... .max))"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        let bytes = value.encoded()
        _ = bytes.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
        rename(temporary, "\(root)/\(path)")
    }

    func remove(_ path: String) { unlink("\(root)/\(path)") }

    func exists(_ path: String) -> Bool { access("\(root)/\(path)", F_OK) == 0 }

    /// The objects of one kind; names as `namespace_name.json`.
    func list(_ folder: String) -> [(path: String, object: JSONValue)] {
        guard let directory = opendir("\(root)/\(folder)") else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(".json") { names.append("\(folder)/\(name)") }
        }
        return names.sorted().compactMap { path in read(path).map { (path, $0) } }
    }

    static func path(_ folder: String, _ namespace: String, _ name: String) -> String {
        "\(folder)/\(namespace)_\(name).json"
    }

    /// This moment as the API server writes it.
    static var now: JSONValue {
        var now = time(nil)
        var parts = tm()
        gmtime_r(&now, &parts)
        var text = [CChar](repeating: 0, count: 32)
        let count = strftime(&text, text.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
        return .string(String(decoding: text.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self))
    }

    static func randomName() -> String {
        String((0..<5).map { _ in "bcdfghjklmnpqrstvwxz2456789".randomElement() ?? "b" })
    }
}

private func systemRead(_ descriptor: Int32, _ buffer: inout [UInt8]) -> Int {
    read(descriptor, &buffer, buffer.count)
}

extension JSONValue {
    /// The object with one member set or replaced.
    func setting(_ key: String, _ value: JSONValue?) -> JSONValue {
        var members = (objectValue ?? JSONObject()).filter { $0.key != key }.map { ($0.key, $0.value) }
        if let value { members.append((key, value)) }
        return .object(JSONObject(members))
    }

    /// Changes one member of an object within the object.
    func changing(_ key: String, _ change: (JSONValue) -> JSONValue) -> JSONValue {
        setting(key, change(self[key] ?? .object(JSONObject())))
    }
}
