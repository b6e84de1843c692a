/// Where the probe finds the hardware; the same for every request.
package struct ProbeConfiguration: Sendable, Equatable {
    /// `--nvml-library` or `NVML_LIBRARY_PATH`: this library and no other.
    package var nvmlLibrary: String?
    /// `--simulate`: a built-in scenario or a scenario file instead of hardware.
    package var scenario: String?
    /// `--host-root`: the directory below which the node's files lie; nil to find out.
    package var hostRoot: String?
    /// `--kernel-log`: a log file instead of the ring buffer.
    package var kernelLog: String?

    package init(
        nvmlLibrary: String? = nil, scenario: String? = nil, hostRoot: String? = nil, kernelLog: String? = nil
    ) {
        self.nvmlLibrary = nvmlLibrary
        self.scenario = scenario
        self.hostRoot = hostRoot
        self.kernelLog = kernelLog
    }

    /// What the probe's process is called in lists of processes.
    package static let processName = "k8s-mcp-agent"
    /// The subcommand that runs the probe's side.
    package static let subcommand = "probe-worker"

    private static let options: [(String, any WritableKeyPath<ProbeConfiguration, String?> & Sendable)] = [
        ("--nvml-library", \.nvmlLibrary), ("--simulate", \.scenario), ("--host-root", \.hostRoot),
        ("--kernel-log", \.kernelLog),
    ]

    /// The arguments that carry this configuration to the child process.
    package var arguments: [String] {
        Self.options.flatMap { option, path in self[keyPath: path].map { [option, $0] } ?? [] }
    }

    /// Reads those arguments back; nil if they are not such.
    package init?(arguments: [String]) {
        self.init()
        var rest = arguments[...]
        while let option = rest.popFirst() {
            guard let value = rest.popFirst(), let known = Self.options.first(where: { $0.0 == option }) else {
                return nil
            }
            self[keyPath: known.1] = value
        }
    }
}

/// The descriptors that the probe's child process starts with, beside standard error.
package enum ProbeDescriptor {
    /// Requests come in here.
    package static let requests: Int32 = 3
    /// Answers go out here.
    package static let answers: Int32 = 4
    /// The shared region's file.
    package static let region: Int32 = 5
    /// The highest of them.
    package static let last = region
}
