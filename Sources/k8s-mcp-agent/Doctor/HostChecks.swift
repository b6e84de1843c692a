internal import Diagnosis
internal import HostNode
internal import ProbeProtocol
internal import ProbeWorker
internal import Snapshots
internal import Tools

/// What can be read of the node through files.
enum HostChecks {
    static func all(_ configuration: ProbeConfiguration, _ node: WorkerNode) -> [DoctorCheck] {
        [
            module(node.files), pciBus(node.files), DeviceNodeCheck.run(configuration, node),
            kernelLog(configuration, node), pods(node.files),
        ]
    }

    private static func module(_ files: any HostFiles) -> DoctorCheck {
        if let platform = PlatformDriver(files) {
            return DoctorCheck(
                verdict: .ok, subject: "kernel module",
                finding: "none, but the driver of \(platform.name) (\(platform.path))")
        }
        let nouveau = DriverFiles(files).modules().value?.contains("nouveau") ?? false
        switch DriverFiles(files).driver() {
        case .value(let driver):
            return DoctorCheck(
                verdict: .ok, subject: "kernel module", finding: "\(driver.version)\(driver.isOpen ? " (open)" : "")")
        case .unavailable(let reason):
            let finding =
                reason == .notSupported ? "not loaded (no /proc/driver/nvidia/version)" : "unreadable: \(reason.word)"
            return DoctorCheck(
                verdict: .missing, subject: "kernel module", finding: finding,
                remedy: nouveau
                    ? "blacklist nouveau, which is loaded instead, and reboot"
                    : "install or load the NVIDIA driver on the node")
        }
    }

    private static func pciBus(_ files: any HostFiles) -> DoctorCheck {
        switch PCIBus(files).gpuAddresses() {
        case .value([]) where PlatformDriver(files) != nil:
            DoctorCheck(
                verdict: .ok, subject: "PCI bus", finding: "no NVIDIA GPUs, and this driver does not create them there")
        case .value(let addresses):
            DoctorCheck(
                verdict: addresses.isEmpty ? .missing : .ok, subject: "PCI bus",
                finding: "\(addresses.count) NVIDIA GPUs",
                remedy: addresses.isEmpty ? "choose a node with NVIDIA GPUs" : nil, details: addresses.map { "\($0)" })
        case .unavailable(let reason):
            DoctorCheck(
                verdict: .note, subject: "PCI bus", finding: "/sys/bus/pci/devices is unreadable: \(reason.word)",
                remedy: "mount the node's /sys")
        }
    }

    /// Reads it: that a file may be opened does not say that it can be read, nor that it is a log.
    private static func kernelLog(_ configuration: ProbeConfiguration, _ node: WorkerNode) -> DoctorCheck {
        let name = configuration.kernelLog ?? "/dev/kmsg"
        guard let reason = node.kernelLog(from: nil).reason else {
            return DoctorCheck(verdict: .ok, subject: "kernel log", finding: name)
        }
        return DoctorCheck(
            verdict: .missing, subject: "kernel log", finding: "\(name) cannot be read (\(reason.word))",
            remedy: AccessProblem.kernelLogUnreadable(reason).remedy)
    }

    private static func pods(_ files: any HostFiles) -> DoctorCheck {
        let logs = (try? files.list("/var/log/pods"))?.count
        let socket = files.exists("/var/lib/kubelet/pod-resources/kubelet.sock")
        let finding =
            "\(logs.map { "\($0) pods in /var/log/pods" } ?? "no /var/log/pods"), kubelet's PodResources socket \(socket ? "there" : "missing")"
        return DoctorCheck(
            verdict: logs != nil && socket ? .ok : .note, subject: "pods", finding: finding,
            remedy: logs != nil && socket
                ? nil : "on a Kubernetes node, mount its root at /host; elsewhere there is nothing to do")
    }
}
