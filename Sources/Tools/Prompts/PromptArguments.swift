internal import Diagnosis
internal import MCP
internal import Probe
internal import ProbeProtocol
internal import Snapshots

/// Arguments that prompts share.
enum PromptArguments {
    /// What holds for every answer about a node.
    static let rules = """
        Missing readings are unknown, never zero. "source":"simulated" is not real hardware: say so. Name GPUs by index and bus \
        id. Suggest resets and reboots only where a tool's action says so, and never do them without being asked.
        """

    private static let longestText = 400

    static func gpu(_ context: ToolContext) -> PromptArgument {
        PromptArgument(
            "gpu", title: "GPU", description: "Index, UUID or PCI bus id. Optional: all GPUs",
            completer: { query in query.matches(await context.gpuNames()) })
    }

    static func gpu(in call: PromptCall) throws(CallError) -> String? {
        try checked(call, GPUArgument.name, "an index (0), a UUID (GPU-...) or a PCI bus id (0000:3b:00.0)") { text in
            guard let selector = GPUSelector(text) else { return false }
            guard case .uuid(let uuid) = selector else { return true }
            return uuid.utf8.count <= 64 && uuid.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
        }
    }

    /// An argument that goes into the text as it is, and so must be what it should be; nil where it was left empty.
    static func checked(
        _ call: PromptCall, _ name: String, _ wanted: String, _ isValid: (String) -> Bool
    ) throws(CallError) -> String? {
        guard let text = call.arguments[name], !text.isEmpty else { return nil }
        guard isValid(text) else { throw .invalidParams("\(name) must be \(wanted), or be left out") }
        return text
    }

    /// Somebody's words in quotation marks, on one line and not too long; nil where there are none.
    static func quoted(_ text: String?) -> String? {
        let words = (text ?? "").unicodeScalars.prefix(longestText).map { scalar -> Character in
            scalar.properties.generalCategory == .control || scalar == "\"" ? " " : Character(scalar)
        }
        let line = String(words).split(separator: " ").joined(separator: " ")
        return line.isEmpty ? nil : "\"\(line)\""
    }
}

extension ToolContext {
    /// How long a person who types waits for the driver; without it the kernel module's files tell as much.
    private static let patience: Duration = .milliseconds(250)

    /// Indexes, then UUIDs, then PCI addresses of the node's GPUs.
    func gpuNames() async -> [String] {
        let probe = probe
        let driver = Task(executorPreference: loop) { await probe.read(ProbeRequest([.driver])) }
        var snapshot = await hostProbe.read(ProbeRequest([.host]))
        if let answered = await Patience.value(of: driver, within: Self.patience, on: loop) {
            snapshot.driver = answered.driver
            snapshot.gpus = answered.gpus
            snapshot.interruption = snapshot.interruption ?? answered.interruption
        }
        let gpus = snapshot.withAllIdentities.withHostGPUs.gpus
        return gpus.map { "\($0.index)" } + gpus.compactMap(\.uuid.value)
            + gpus.compactMap { $0.busID.value.map { "\($0)" } }
    }
}
