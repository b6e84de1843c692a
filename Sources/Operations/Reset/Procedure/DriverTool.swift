/// What a reset has the node's own nvidia-smi do.
package enum DriverToolCommand: Sendable, Hashable {
    /// The reset that the driver coordinates; the function's own one by default.
    case reset(uuid: String)
    /// A secondary bus reset.
    case busReset(uuid: String)
    case setPersistence(uuid: String, on: Bool)

    /// The arguments of nvidia-smi. GPUs are named by UUID since indexes shift.
    package var arguments: [String] {
        switch self {
        case .reset(let uuid): ["--gpu-reset", "-i", uuid]
        case .busReset(let uuid): ["-r", "bus", "-i", uuid]
        case .setPersistence(let uuid, let on): ["-i", uuid, "-pm", on ? "1" : "0"]
        }
    }

    /// How long it may take, on a system with eight GPUs and a fabric to train.
    package var limit: Duration {
        switch self {
        case .reset, .busReset: .seconds(300)
        case .setPersistence: .seconds(60)
        }
    }
}

/// What came of running nvidia-smi.
package enum DriverToolRun: Sendable, Hashable {
    case finished(code: Int32, output: String)
    case killed(signal: Int32, output: String)
    /// It did not end in time.
    case stuck(StuckChild, output: String)
    /// It could not be started: the errno.
    case notStarted(errno: Int32)
}

/// The node's nvidia-smi, or what stands in for it.
package protocol DriverTool: Sendable {
    /// Runs it to its end, or until the command's limit.
    func run(_ command: DriverToolCommand) async -> DriverToolRun
}

extension DriverToolRun {
    /// Whether the tool did what it was told; else why not. The GPU has to be read again in any case: the manual gives no
    /// exit code of its own to the commonest refusal, and the tool's word alone is no proof.
    func failure(of command: DriverToolCommand) -> ResetFailure? {
        switch self {
        case .finished(let code, let output): DriverToolVerdict.failure(code: code, output: output)
        case .killed(let signal, let output):
            ResetFailure(
                .uncertain, "tool_killed", "nvidia-smi was ended by signal \(signal)\(Self.quoted(output))",
                remedy: "check the GPU with diagnose_gpu_node; if it does not answer, reboot the node")
        case .stuck(let child, _):
            .hung("nvidia-smi \(command.arguments.joined(separator: " "))", child)
        case .notStarted(let code):
            ResetFailure(
                .untouched, "tool_not_started", "nvidia-smi could not be started (errno \(code))",
                remedy: "run the agent as root in a privileged pod, so that it may enter the driver's root")
        }
    }

    static func quoted(_ output: String) -> String { output.isEmpty ? "" : ": \"\(output)\"" }
}
