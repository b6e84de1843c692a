internal import Diagnosis
internal import MCP
internal import Probe
internal import ProbeProtocol
internal import Snapshots

/// Arguments of prompts that name whose work it is about.
enum WorkloadArguments {
    static func pod(_ context: ToolContext) -> PromptArgument {
        PromptArgument(
            "pod", title: "Pod", description: "namespace/name of a pod that is affected. Optional",
            completer: { query in query.matches(await context.gpuPods()) })
    }

    static func pid(_ context: ToolContext) -> PromptArgument {
        PromptArgument(
            "pid", title: "Process", description: "Id of an affected process on the node. Optional",
            completer: { query in query.matches(await context.gpuProcessIDs()) })
    }

    static func pod(in call: PromptCall) throws(CallError) -> String? {
        try PromptArguments.checked(call, "pod", "namespace/name or a pod's name") { text in
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            return parts.count <= 2 && parts.allSatisfy(isName)
        }
    }

    static func pid(in call: PromptCall) throws(CallError) -> String? {
        try PromptArguments.checked(call, "pid", "a process id such as 4711") { Int32($0).map { $0 > 0 } ?? false }
    }

    /// A name by Kubernetes' rules.
    private static func isName(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.count <= 253
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
                default: byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
                }
            }
    }
}

extension ToolContext {
    /// Pods that were given GPUs or whose processes use them, as `namespace/name`.
    func gpuPods() async -> [String] {
        let snapshot = await hostProbe.read(ProbeRequest([.host, .nodeProcesses, .pods]))
        let given = (snapshot.pods?.allocations ?? []).map { ($0.namespace, $0.pod) }
        let running = (snapshot.nodeProcesses?.processes ?? []).map { ($0.pod?.namespace, $0.pod?.name) }
        let names = (given + running).compactMap { namespace, name in
            namespace.flatMap { namespace in name.map { "\(namespace)/\($0)" } }
        }
        return Set(names).sorted()
    }

    /// Processes that hold a device node of the driver open.
    func gpuProcessIDs() async -> [String] {
        let snapshot = await hostProbe.read(ProbeRequest([.host, .nodeProcesses]))
        return Set((snapshot.nodeProcesses?.processes ?? []).map(\.process.pid)).sorted().map(String.init)
    }
}
