internal import Diagnosis
internal import JSON
package import MCP
internal import ProbeProtocol
internal import Snapshots

/// `snapshot_ecc`: memory errors and repairs, also as the difference to an earlier reading.
package enum SnapshotECC {
    /// The tool, working on one node. It remembers its last readings as long as it lives.
    package static func tool(_ context: ToolContext) -> Tool {
        let baselines = ECCBaselines()
        return Tool(
            name: "snapshot_ecc", title: "ECC snapshot",
            description: """
                Memory errors of each GPU: ECC counters since driver load (volatile) and over the board's life (aggregate: \
                history, no fault), corrected and uncorrected, DRAM and SRAM, the vendor's SRAM limit flag, remapped rows with \
                spares left or retired pages, repairs that wait for a reset, the driver's recovery action. Each answer has a \
                snapshot_id; give it later as baseline for what has changed since and how fast. Changes nothing.
                """,
            inputSchema: Schema.object([
                (GPUArgument.name, GPUArgument.schema), (Detail.name, Detail.schema),
                (
                    "baseline",
                    Schema.typed("string", "snapshot_id of an earlier answer of this session", [("maxLength", 32)])
                ),
            ]),
            outputSchema: AnswerSchema.object(node: nodeSchema, device: deviceSchema),
            annotations: .lookOnly
        ) { call in
            do throws(ToolFailure) { return try await answer(call, context, baselines) } catch { return error.result }
        }
    }

    private static let nodeSchema: [(String, JSONValue)] = [
        ("snapshot_id", Schema.string("For baseline in a later call")),
        ("baseline_collected_at", Schema.string("RFC 3339")),
        ("gone_since_baseline", Schema.array(Schema.string(), "UUIDs of GPUs that were there before")),
    ]

    private static let deviceSchema =
        ECCFields.deviceSchema + [
            ("since_baseline", ECCDelta.schema),
            ("new_since_baseline", Schema.boolean("The baseline does not have this GPU")),
        ]

    private static func answer(
        _ call: ToolCall, _ context: ToolContext, _ baselines: ECCBaselines
    ) async throws(ToolFailure) -> ToolResult {
        let detail = Detail(call.arguments)
        let baseline = try earlier(call, baselines)
        let reading = try await context.read([.driver, .host, .memoryHealth], for: call)
        let now = ECCBaseline(reading.snapshot)
        var answer = Answer(context: context, snapshot: reading.snapshot, problems: reading.problems)
        answer.nodeFields = [Field(key: "snapshot_id", value: .text(baselines.keep(now)))]
        if let baseline {
            answer.nodeFields += node(baseline, now, isWhole: reading.selected.count == reading.snapshot.gpus.count)
        }
        answer.devices = AnswerDevices(reading.selected) { gpu, fields in
            ECCFields.add(gpu, detail, to: &fields)
            if let baseline { add(baseline, now, gpu, to: &fields) }
        }
        answer.summary = summary(reading)
        if detail != .full { answer.omitted = "SRAM counters that are 0; call again with detail=full" }
        return .structured(bytes: answer.encoded())
    }

    private static func earlier(_ call: ToolCall, _ baselines: ECCBaselines) throws(ToolFailure) -> ECCBaseline? {
        guard let id = call.arguments["baseline"]?.stringValue else { return nil }
        if let baseline = baselines[id] { return baseline }
        let known = baselines.ids
        throw ToolFailure(
            message: "baseline: there is no snapshot '\(id.prefix(32))' in this session. "
                + (known.isEmpty ? "None was taken yet" : "Valid: \(known.joined(separator: ", "))")
                + ". Call snapshot_ecc without baseline first and keep its snapshot_id.")
    }

    private static func node(_ baseline: ECCBaseline, _ now: ECCBaseline, isWhole: Bool) -> [Field] {
        var fields = [
            Field(
                key: "baseline_collected_at", value: .text(WallClock.rfc3339(baseline.collectedAtMicroseconds)))
        ]
        let gone = isWhole ? baseline.counters.keys.filter { now.counters[$0] == nil }.sorted() : []
        if !gone.isEmpty { fields.append(Field(key: "gone_since_baseline", value: .texts(gone))) }
        return fields
    }

    private static func add(
        _ baseline: ECCBaseline, _ now: ECCBaseline, _ gpu: GPUSnapshot, to fields: inout DeviceFields
    ) {
        guard let uuid = gpu.uuid.value, let counters = now.counters[uuid] else { return }
        guard let earlier = baseline.counters[uuid] else { return fields.add("new_since_baseline", .flag(true)) }
        let elapsed = Double(now.collectedAtMicroseconds - baseline.collectedAtMicroseconds) / 1_000_000
        fields.add(
            "since_baseline", .object(ECCDelta(from: earlier, to: counters, elapsedSeconds: elapsed).fields))
    }

    private static func summary(_ reading: NodeReading) -> String {
        func list(_ isOne: (GPUMemoryHealth) -> Bool) -> String? {
            let gpus = reading.selected.filter { $0.memoryHealth.map(isOne) ?? false }.map(\.index)
            return gpus.isEmpty ? nil : NumberList.text(gpus)
        }
        let read = reading.selected.filter { $0.memoryHealth != nil }.count
        var words = ["\(read) GPU\(read == 1 ? "" : "s") read."]
        let marks: [(String, (GPUMemoryHealth) -> Bool)] = [
            ("Remapping failed", { $0.remappedRows.value?.hasFailed ?? false }),
            ("SRAM limit reached", { $0.sram.value?.isThresholdExceeded ?? false }),
            ("Uncorrected errors since driver load", { $0.volatile.allUncorrected.value ?? 0 > 0 }),
            ("Uncorrected errors are not reported", { $0.volatile.allUncorrected.value == nil }),
            ("Uncorrected SRAM errors since driver load", { $0.hasOnlySRAMErrors }),
            ("Memory that cannot be repaired", { $0.hasUnrepairableMemory.value ?? false }),
            ("Repair waits for a reset", { $0.isRepairPending }),
            ("The driver asks for a recovery", { $0.asksForRecovery }),
            ("Errors or repairs could not be read in full", { $0.areRepairsUnknown }),
        ]
        for (text, isOne) in marks { if let gpus = list(isOne) { words.append("\(text): GPU \(gpus).") } }
        if words.count == 1, reading.problems.isEmpty {
            words.append("No uncorrected error since driver load, no repair outstanding.")
        }
        return words.joined(separator: " ") + (reading.problems.first.map { " \($0.message)" } ?? "")
    }
}

extension GPUMemoryHealth {
    /// Where the count of all uncorrected errors does not say it already.
    fileprivate var hasOnlySRAMErrors: Bool {
        guard volatile.allUncorrected.value ?? 0 == 0, let sram = sram.value else { return false }
        return sram.volatileUncorrectedParity > 0 || sram.volatileUncorrectedSECDED > 0
    }

    fileprivate var isRepairPending: Bool {
        [
            remappedRows.value?.isPending, retiredPages.isPending.value, bankRemapper.value?.isPending,
            repair.value.map { $0.channel || $0.tpc },
        ].contains(true)
    }

    fileprivate var asksForRecovery: Bool { recoveryAction.value ?? resetStatus.value ?? 0 > 0 }

    /// Not where the GPU has no such repairs.
    fileprivate var areRepairsUnknown: Bool {
        [
            remappedRows.reason, retiredPages.isPending.reason, bankRemapper.reason, repair.reason,
            hasUnrepairableMemory.reason, sram.reason,
        ].contains { $0 != nil && $0 != .notSupported }
    }
}
