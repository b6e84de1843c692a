internal import JSON
internal import Operations

/// The parts of `kill_gpu_process`' schemas.
enum KillSchema {
    static let gpu: JSONValue = .object(
        JSONObject([
            ("type", .array(["string", "integer"])), ("maxLength", .int(GPUArgument.maximumLength)),
            (
                "description",
                .string(
                    "Instead of pid: index, UUID or PCI bus id; several (at most \(GPUArgument.maximumCount)) "
                        + "separated by commas")
            ),
        ]))

    static let plan: [(String, JSONValue)] = [
        ("signal", Schema.choice(KillOrder.Signal.allCases.map(\.rawValue))),
        ("then_kill", Schema.boolean()),
        ("grace_seconds", Schema.integer()),
        ("processes", Schema.array(process, "Those that would be ended")),
        ("affected", Schema.array(Schema.string(), "What else happens, and what may be better")),
        (
            "left_alone",
            Schema.array(
                Schema.object(Schema.properties(Schema.string(), "process", "reason", "remedy")),
                "Holders of the GPU that stay, and the right way to stop them")
        ),
    ]

    static let result: [(String, JSONValue)] = [
        (
            "processes",
            Schema.array(
                Schema.object([
                    ("pid", Schema.integer()), ("name", Schema.string()),
                    (
                        "end",
                        Schema.choice(["ended", "killed", "already_gone", "still_running", "stuck", "not_sent"])
                    ),
                ]))
        )
    ]

    static let state: [(String, JSONValue)] = [
        ("processes", Schema.array(Schema.object([("pid", Schema.integer()), ("state", Schema.string())]))),
        (
            "gpus",
            Schema.array(
                Schema.object(Schema.properties(Schema.integer(), "index", "process_count", "memory_used_bytes")))
        ),
    ]

    private static let process = Schema.object(
        [("pid", Schema.integer("On the node"))]
            + Schema.properties(
                Schema.string(), "name", "started_at", "executable", "command", "user", "namespace", "pod", "container",
                "owner") + [
                (
                    "gpus",
                    Schema.array(
                        Schema.object([
                            ("index", Schema.integer()), ("uuid", Schema.string()), ("type", Schema.string()),
                            ("memory_bytes", Schema.integer()), ("gpu_instance_id", Schema.integer()),
                        ]))
                )
            ])
}
