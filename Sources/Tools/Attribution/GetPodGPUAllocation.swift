internal import Diagnosis
internal import JSON
package import MCP
internal import ProbeProtocol
internal import Snapshots

/// `get_pod_gpu_allocation`: which GPUs pods were given, beside what they use.
package enum GetPodGPUAllocation {
    private static let defaultLimit = 20

    /// The tool, working on one node.
    package static func tool(_ context: ToolContext) -> Tool {
        Tool(
            name: "get_pod_gpu_allocation", title: "GPUs of pods",
            description: """
                Which GPUs, MIG devices or shares the kubelet gave to each pod and container of this node, beside the GPUs that their \
                processes really use. Names GPUs that were given and are idle, used without having been given (privileged pods), or \
                lost. Asks the kubelet on the node, not the API server.
                """,
            inputSchema: Schema.object([
                ("namespace", Schema.typed("string", "Only pods of this namespace", [("maxLength", 253)])),
                ("pod", Schema.typed("string", "Only the pod of this name", [("maxLength", 253)])),
                (GPUArgument.name, GPUArgument.schema), (Detail.name, Detail.schema),
                ("limit", Schema.integer("Pods in the answer", 1...1_000, default: defaultLimit)),
            ]),
            outputSchema: AnswerSchema.object(node: nodeSchema, device: deviceSchema), annotations: .lookOnly
        ) { call in
            do throws(ToolFailure) { return try await answer(call, context) } catch { return error.result }
        }
    }

    private static let nodeSchema: [(String, JSONValue)] =
        [
            ("pod_count", Schema.integer("Pods with GPUs, with those that are left out here")),
            ("pods", Schema.array(PodFields.schema)), ("kubelet_sources", KubeletFields.schema),
        ] + FindingFields.schema

    static let deviceSchema: [(String, JSONValue)] = [
        ("given_to", Schema.array(Schema.string(), "Pods (namespace/name) that were given it or a part of it")),
        ("used_by", Schema.array(Schema.string(), "Pods whose processes work on it")),
    ]

    private static func answer(_ call: ToolCall, _ context: ToolContext) async throws(ToolFailure) -> ToolResult {
        let detail = Detail(call.arguments)
        let limit = Int(call.arguments["limit"]?.intValue ?? Int64(defaultLimit))
        let sections: ProbeSections = [.driver, .host, .inventory, .processes, .nodeProcesses, .pods]
        var reading = try await context.readAttributed(sections, for: call)
        if let problem = reading.snapshot.pods?.accessProblem { reading.problems.append(problem) }
        let pods = try chosen(reading, call)
        var answer = Answer(context: context, snapshot: reading.snapshot, problems: reading.problems)
        answer.nodeFields = [
            Field(key: "pod_count", value: .int(Int64(pods.count))),
            Field(key: "pods", value: .objects(pods.prefix(limit).map { PodFields.pod($0, detail) })),
        ]
        if let snapshot = reading.snapshot.pods { answer.nodeFields.append(KubeletFields.field(snapshot)) }
        answer.nodeFields += FindingFields.fields(findings(reading, pods), detail)
        answer.devices = AnswerDevices(reading.gpus) { add($0, reading.attribution.pods, to: &$1) }
        answer.summary = summary(reading, pods)
        if pods.count > limit {
            answer.omitted = "\(pods.count - limit) pods; call again with a higher limit, or with namespace"
        }
        return .structured(bytes: answer.encoded())
    }

    private static func chosen(_ reading: AttributedReading, _ call: ToolCall) throws(ToolFailure) -> [PodUse] {
        let namespace = call.arguments["namespace"]?.stringValue
        let name = call.arguments["pod"]?.stringValue
        let pods = reading.attribution.pods.filter { pod in
            (namespace == nil || pod.identity.namespace == namespace) && (name == nil || pod.identity.name == name)
                && (call.arguments[GPUArgument.name] == nil || touches(pod, reading.selected))
        }
        guard pods.isEmpty, namespace != nil || name != nil else { return pods }
        let known = reading.attribution.pods.prefix(16).map(\.title).joined(separator: ", ")
        throw ToolFailure(
            message:
                "No pod \(name.map { "named '\($0)' " } ?? "")\(namespace.map { "in namespace '\($0)' " } ?? "")has a GPU on this node. "
                + (known.isEmpty ? "No pod has one." : "Pods with GPUs: \(known)."))
    }

    private static func touches(_ pod: PodUse, _ gpus: Set<UInt32>) -> Bool {
        pod.containers.contains { container in
            container.devices.contains { $0.gpuIndex.map(gpus.contains) ?? false }
                || container.uses.contains { gpus.contains($0.gpuIndex) }
        }
    }

    private static func findings(_ reading: AttributedReading, _ pods: [PodUse]) -> [AttributionFinding] {
        guard pods.count < reading.attribution.pods.count else { return reading.findings }
        return reading.findings.filter { finding in
            finding.pod.map { pod in
                pods.contains { $0.identity.name == pod.name && $0.identity.namespace == pod.namespace }
            } ?? false
        }
    }

    static func add(_ use: GPUUse, _ pods: [PodUse], to fields: inout DeviceFields) {
        fields.begin(use.gpu)
        let index = use.gpu.index
        let given = pods.filter { $0.isLive != false && $0.containers.contains { $0.wasGiven(index) } }
        let using = pods.filter {
            $0.containers.contains { $0.uses.contains { $0.gpuIndex == index && $0.use.hasContext } }
        }
        if !given.isEmpty { fields.add("given_to", .texts(titles(given))) }
        if !using.isEmpty { fields.add("used_by", .texts(titles(using))) }
    }

    /// A shared GPU can have dozens of pods; `pods` has them all.
    private static func titles(_ pods: [PodUse]) -> [String] {
        pods.prefix(4).map(\.title) + (pods.count > 4 ? ["and \(pods.count - 4) more"] : [])
    }

    private static func summary(_ reading: AttributedReading, _ pods: [PodUse]) -> String {
        let live = pods.filter { $0.isLive != false }
        let given = Set(live.flatMap { $0.containers.flatMap { $0.devices.compactMap(\.gpuIndex) } })
        let used = Set(live.flatMap { $0.containers.flatMap { $0.uses.filter(\.use.hasContext).map(\.gpuIndex) } })
        let count = "\(live.count) pod\(live.count == 1 ? "" : "s")"
        let isKnown = reading.snapshot.pods?.accessProblem == nil
        let unknown = reading.gpus.filter { !$0.areContextsKnown }.count
        let use = unknown < reading.gpus.count ? ", which use \(used.count)" : ""
        let words =
            isKnown
            ? "\(given.count) of \(reading.snapshot.gpus.count) GPUs are given to \(count)\(use)."
            : "Processes of \(count) work on \(used.count) of \(reading.snapshot.gpus.count) GPUs."
        let reservation = unknown == 0 ? "" : " Which processes work on \(unknown) of the GPUs could not be read."
        return words + reservation + FindingFields.sentence(findings(reading, pods))
            + (reading.problems.first.map { " \($0.message)" } ?? "")
    }
}

/// Where the kubelet's allocations come from.
enum KubeletFields {
    static func field(_ snapshot: PodsSnapshot) -> Field {
        Field(
            key: "kubelet_sources",
            value: .object([
                Field(key: "pod_resources", value: .text(snapshot.podResources.word)),
                Field(key: "checkpoint", value: .text(snapshot.checkpoint.word)),
            ]))
    }

    static let schema = Schema.object(
        Schema.properties(Schema.string("read, or why it was not"), "pod_resources", "checkpoint"))
}
