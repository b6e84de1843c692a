internal import HostNode
internal import ProbeProtocol
internal import ProbeWorker
internal import Snapshots

/// Where libnvidia-ml.so.1 was looked for, and which one the agent opens.
enum LibraryChecks {
    static func all(_ configuration: ProbeConfiguration, _ node: WorkerNode) -> [DoctorCheck] {
        if configuration.scenario != nil { return [simulator(configuration)] }
        let found = DriverLibrarySearch.onThisNode(configuration, node.files, root: node.root)
        // Where there is one, nobody wants to know where there is none.
        let told = found.candidates.filter { $0.verdict != .missing || found.choice == nil }.map { candidate in
            "\(candidate.path)\(candidate.version.map { " (\($0))" } ?? ""): \(candidate.verdict)"
        }
        let details = told + ["looked at \(found.candidates.count) places"]
        guard let choice = found.choice else {
            return [
                DoctorCheck(
                    verdict: .missing, subject: "NVML library",
                    finding: found.explicit == nil ? "none that can be used" : found.shortReport,
                    remedy: found.explicit == nil
                        ? "install the driver, wait for the driver pod, or name the library with --nvml-library"
                        : "name this node's library by the path that the agent sees, or leave the option out: then it is searched for",
                    details: details)
            ]
        }
        let entered = choice.needsChroot ? ", after entering \(choice.root)" : ""
        return [
            DoctorCheck(
                verdict: choice.versionMatch == .different ? .note : .ok, subject: "NVML library",
                finding: choice.path + entered,
                remedy: choice.versionMatch == .different
                    ? "its version is not the kernel module's: reload the module or reboot" : nil,
                details: details)
        ]
    }

    private static func simulator(_ configuration: ProbeConfiguration) -> DoctorCheck {
        guard let path = configuration.nvmlLibrary ?? SimulatorLibrary.find() else {
            return DoctorCheck(
                verdict: .missing, subject: "NVML library", finding: "the simulator is not next to the agent",
                remedy: "build it with `make agent`")
        }
        return DoctorCheck(verdict: .ok, subject: "NVML library", finding: "\(path) (simulator)")
    }
}
