/// Programs of the node that hold GPUs open without being anybody's job, and the right way to stop each.
package struct MonitoringClient: Sendable, Hashable {
    /// What it is.
    package let title: String
    /// How to stop it, so that it does not come back by itself.
    package let remedy: String
    private let commands: [String]

    private init(_ title: String, _ commands: [String], _ remedy: String) {
        self.title = title
        self.commands = commands
        self.remedy = remedy
    }

    /// The one that a process is, by its kernel name (at most 15 characters) or the file name of its program.
    package static func of(name: String, commandLine: String?) -> MonitoringClient? {
        let program = commandLine?.split(separator: " ").first?.split(separator: "/").last.map(String.init) ?? ""
        return all.first { client in
            client.commands.contains { $0 == program || String($0.prefix(15)) == name }
        }
    }

    private static func label(_ component: String) -> String {
        "label the node nvidia.com/gpu.deploy.\(component)=false (GPU Operator) or delete its DaemonSet's pod after keeping "
            + "the DaemonSet off the node; set the label back to true afterwards"
    }

    private static let all: [MonitoringClient] = [
        MonitoringClient(
            "DCGM host engine", ["nv-hostengine"], "systemctl stop nvidia-dcgm on the node, or \(label("dcgm"))"),
        MonitoringClient("DCGM exporter", ["dcgm-exporter"], label("dcgm-exporter")),
        MonitoringClient(
            "device plugin", ["nvidia-device-plugin"],
            label("device-plugin") + ": it has to be restarted after a reset in any case"),
        MonitoringClient("GPU feature discovery", ["gpu-feature-discovery"], label("gpu-feature-discovery")),
        MonitoringClient("MIG manager", ["nvidia-mig-manager", "nvidia-mig-parted"], label("mig-manager")),
        MonitoringClient("node status exporter", ["nvidia-node-status-exporter"], label("node-status-exporter")),
        MonitoringClient(
            "persistence daemon", ["nvidia-persistenced"],
            "turn persistence mode off (reset_gpu does) or systemctl stop nvidia-persistenced"),
        MonitoringClient(
            "fabric manager", ["nv-fabricmanager"],
            "leave it alone on Ampere, which needs it; else systemctl stop nvidia-fabricmanager"),
        MonitoringClient("IMEX daemon", ["nvidia-imex"], "systemctl stop nvidia-imex on this node"),
        MonitoringClient(
            "MPS control daemon", ["nvidia-cuda-mps-control", "nvidia-cuda-mps-server"],
            "echo quit | nvidia-cuda-mps-control, with the CUDA_MPS_PIPE_DIRECTORY of its user"),
        MonitoringClient("gpud", ["gpud"], "systemctl stop gpud, or delete its DaemonSet's pod after a nodeSelector"),
        MonitoringClient("NVSentinel's monitor", ["gpu-health-monitor"], "scale its DaemonSet off this node"),
        MonitoringClient("X server", ["Xorg", "Xwayland", "gnome-shell"], "systemctl isolate multi-user.target"),
        MonitoringClient("nvidia-smi", ["nvidia-smi"], "end it, and what starts it in a loop"),
        MonitoringClient("terminal monitor", ["nvtop", "nvitop", "gpustat", "btop"], "quit it"),
        MonitoringClient(
            "another session of this agent", ["k8s-mcp-agent"], "close that session, or end the process"),
    ]
}
