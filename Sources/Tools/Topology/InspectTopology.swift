internal import Diagnosis
internal import JSON
package import MCP
internal import ProbeProtocol
internal import Snapshots

/// `inspect_topology`: how the GPUs of a node hang together.
package enum InspectTopology {
    /// The tool, working on one node.
    package static func tool(_ context: ToolContext) -> Tool {
        Tool(
            name: "inspect_topology", title: "GPU topology",
            description: """
                How the GPUs are connected: a matrix of the paths between them (NVLinks, PCIe distance, peer-to-peer access), the \
                NVLinks of each GPU with state, speed, remote end and error counters, the registration with the NVSwitch fabric \
                with its health decoded, chip-to-chip links, PCIe place, near CPUs, NUMA nodes and network cards. Links that MIG \
                takes down and those of PCIe cards without a bridge are told apart from others that are down. detail=full shows every link by itself. Changes nothing.
                """,
            inputSchema: Schema.object([(GPUArgument.name, GPUArgument.schema), (Detail.name, Detail.schema)]),
            outputSchema: AnswerSchema.object(
                node: [
                    ("matrix", Schema.string("A table for people")), ("matrix_legend", Schema.string()),
                    ("nvswitches", Schema.array(Schema.string(), "Bus ids")), ("nics", NetworkFields.schema),
                ], device: TopologyFields.deviceSchema),
            annotations: .lookOnly
        ) { call in
            do throws(ToolFailure) { return try await answer(call, context) } catch { return error.result }
        }
    }

    private static func answer(_ call: ToolCall, _ context: ToolContext) async throws(ToolFailure) -> ToolResult {
        let detail = Detail(call.arguments)
        let sections: ProbeSections = [.driver, .host, .devices, .links, .fabric, .topology, .migMode]
        let reading = try await context.read(sections, for: call)
        var answer = Answer(context: context, snapshot: reading.snapshot, problems: reading.problems)
        let network = NetworkFields(reading.snapshot)
        if let matrix = TopologyMatrix(reading.selected, network).text {
            answer.nodeFields = [
                Field(key: "matrix", value: .text(matrix)),
                Field(key: "matrix_legend", value: .text(TopologyMatrix.legend)),
            ]
        }
        let switches = (reading.snapshot.devices?.pci.value ?? []).filter { $0.kind == .nvSwitch }
        if !switches.isEmpty {
            answer.nodeFields.append(Field(key: "nvswitches", value: .texts(switches.map { "\($0.busID)" })))
        }
        if let field = network.field { answer.nodeFields.append(field) }
        answer.devices = AnswerDevices(reading.selected) { TopologyFields.add($0, reading.snapshot, detail, to: &$1) }
        answer.summary = summary(reading)
        if detail != .full { answer.omitted = "single links and counters that are 0; call again with detail=full" }
        return .structured(bytes: answer.encoded())
    }

    private static func summary(_ reading: NodeReading) -> String {
        func gpus(_ isOne: (GPUSnapshot) -> Bool) -> String? {
            let found = reading.selected.filter(isOne).map(\.index)
            return found.isEmpty ? nil : NumberList.text(found)
        }
        let links = reading.selected.compactMap { $0.links?.links }.joined()
        let active = links.filter { $0.isActive.value == true }.count
        var words = [
            "\(reading.selected.count) GPU\(reading.selected.count == 1 ? "" : "s"), \(active) of \(links.count) NVLinks active."
        ]
        if let silent = gpus({ $0.links?.activeCount.reason != nil }) {
            words.append("Not every link reports its state: GPU \(silent).")
        }
        let resting = RestingLinks(reading.snapshot)
        let isDown = { (gpu: GPUSnapshot) in gpu.links?.links.contains { $0.isActive.value == false } ?? false }
        if let down = gpus({ isDown($0) && resting.reason($0) == nil }) { words.append("Links down: GPU \(down).") }
        if let off = gpus({ resting.reason($0) == .mig }) { words.append("Links that MIG takes down: GPU \(off).") }
        if let open = gpus({ resting.reason($0) == .noBridge }) {
            words.append("Links without a bridge: GPU \(open).")
        }
        if let bad = gpus({ !LinkFields.errors($0.links ?? GPULinks()).isEmpty }) {
            words.append("Link errors: GPU \(bad).")
        }
        if let open = gpus({ [1, 2].contains($0.fabric?.state.value) }) {
            words.append("Not in the fabric: GPU \(open).")
        }
        let faults = gpus { !FabricHealthMask(rawValue: $0.fabric?.healthMask.value ?? 0).faults.isEmpty }
        if let faults { words.append("Fabric reports a fault: GPU \(faults).") }
        let dark = NetworkFields(reading.snapshot).cards.filter { $0.isUp == false }.map(\.name)
        if !dark.isEmpty { words.append("Network cards down: \(dark.joined(separator: ", ")).") }
        return words.joined(separator: " ") + (reading.problems.first.map { " \($0.message)" } ?? "")
    }
}
