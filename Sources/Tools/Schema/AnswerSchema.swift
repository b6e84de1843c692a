internal import JSON

/// The schema of the form that all answers about GPUs have.
enum AnswerSchema {
    /// - Parameters:
    ///   - node: members of the node itself.
    ///   - device: members of each GPU; any of them may be in `all_devices` instead, or be absent and named in `unavailable`.
    static func object(node: [(String, JSONValue)] = [], device: [(String, JSONValue)]) -> JSONValue {
        Schema.object(
            head + node + [
                ("device_count", Schema.integer("GPUs in this answer")),
                ("all_devices", Schema.object(device, "What is equal on all GPUs; not repeated in devices")),
                ("devices", Schema.array(Schema.object(identity + device, required: ["index"]))),
                ("unavailable", Schema.array(unavailable, "Readings without a value; gpu is an index, all or node")),
                ("problems", problems),
                ("omitted", Schema.string("What was left out, and how to get it")),
            ],
            required: ["status", "node", "source", "collected_at", "summary", "device_count", "devices"])
    }

    /// The members that every answer begins with.
    static let head: [(String, JSONValue)] = [
        ("status", Schema.choice(["success", "partial"], "partial: something could not be read")),
        ("node", Schema.string()),
        ("source", Schema.choice(["nvml", "simulated"])),
        ("collected_at", Schema.string("RFC 3339")),
        ("summary", Schema.string()),
    ]

    static let identity: [(String, JSONValue)] = [
        ("index", Schema.integer("NVML index; not CUDA's")),
        ("uuid", Schema.string()),
        ("bus_id", Schema.string("PCI address")),
        ("name", Schema.string()),
    ]

    private static let unavailable = Schema.object(
        [
            ("gpu", .object(JSONObject([("type", .array(["integer", "string"]))]))),
            ("reading", Schema.string()),
            ("reason", Schema.string()),
        ], required: ["gpu", "reading", "reason"])

    static let problems = Schema.array(
        Schema.object(
            [
                ("kind", Schema.string()), ("gpu", Schema.integer()), ("bus_id", Schema.string()),
                ("message", Schema.string()), ("remedy", Schema.string()), ("evidence", Schema.array(Schema.string())),
            ], required: ["kind", "message", "remedy"]),
        "What kept this answer from being whole, with what to do")
}
