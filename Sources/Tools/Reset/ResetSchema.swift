internal import JSON
internal import Operations

/// The parts of `reset_gpu`'s schemas.
enum ResetSchema {
    static let gpu: JSONValue = .object(
        JSONObject([
            ("type", .array(["string", "integer"])), ("maxLength", .int(GPUArgument.maximumLength)),
            ("description", "One GPU: UUID (best), PCI bus id or index"),
        ]))

    static let plan: [(String, JSONValue)] = [
        (
            "gpu",
            Schema.object([("index", Schema.integer())] + Schema.properties(Schema.string(), "uuid", "bus_id", "name"))
        ),
        ("method", Schema.choice(ResetMethod.allCases.map(\.rawValue))),
        ("way", Schema.choice(["nvidia_smi", "nvidia_smi_bus", "kernel"])),
        ("force", Schema.boolean()),
        ("scheduling", Schema.choice(["cordoned", "schedulable", "unknown"], "Whether the node gets new pods")),
        ("preconditions", Schema.array(precondition)),
        (
            "clients",
            Schema.array(
                Schema.object(
                    [("pid", Schema.integer()), ("seen_in", Schema.array(Schema.string()))]
                        + Schema.properties(Schema.string(), "name", "owner", "kind", "how_to_stop")),
                "Who has the GPU open")
        ),
        ("clients_left_out", Schema.integer("Further clients")),
        ("affected", Schema.array(Schema.string(), "What else happens")),
        ("steps", Schema.array(Schema.string(), "What is done, in order")),
    ]

    private static let precondition = Schema.object(
        [
            ("name", Schema.string()), ("verdict", Schema.choice(["holds", "fails", "unknown"])),
            ("found", Schema.string()), ("blocks", Schema.boolean("It blocks the reset")),
            ("force_lifts", Schema.boolean("false: a danger, or only a note")), ("remedy", Schema.string()),
        ], required: ["name", "verdict", "found"])

    static let result: [(String, JSONValue)] = [
        (
            "steps_taken",
            Schema.array(
                Schema.object(
                    Schema.properties(Schema.string(), "step", "what", "result"), required: ["step", "result"]))
        ),
        (
            "checks",
            Schema.array(
                Schema.object(
                    [("verdict", Schema.choice(["passed", "failed", "unknown"]))]
                        + Schema.properties(Schema.string(), "name", "found")), "Whether the GPU is back as it was")
        ),
        (
            "kernel_log",
            Schema.array(Schema.string(), "What the kernel logged during the reset: of this GPU, and faults elsewhere")
        ),
        ("failure", Schema.object(Schema.properties(Schema.string(), "kind", "state", "reason"))),
    ]

    static let state: [(String, JSONValue)] = [
        ("listed", Schema.boolean("NVML lists the GPU and opens it")), ("uuid", Schema.string()),
        ("bus_id", Schema.string()), ("memory_total_bytes", Schema.integer()),
        ("recovery_action", Schema.integer("0: nothing is asked for")), ("nvlinks_up", Schema.integer()),
        ("fabric_state", Schema.integer("3: registered")), ("repair_pending", Schema.boolean()),
        ("row_remap_failed", Schema.boolean()), ("volatile_uncorrected_errors", Schema.integer()),
        ("pcie_width", Schema.integer()), ("persistence_mode", Schema.boolean()),
    ]
}
