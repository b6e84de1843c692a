internal import HostNode
internal import ProbeWorker
internal import Snapshots

/// What can be read of the node through files.
enum HostChecks {
    /// - Parameter log: the file that is read instead of the node's ring buffer, if one is.
    static func all(_ node: WorkerNode, kernelLog log: String?) -> [DoctorCheck] {
        let ofLog = log.map { DoctorCheck(verdict: .ok, subject: "kernel log", finding: $0) } ?? kernelLog(node.files)
        return [module(node.files), pciBus(node.files), deviceNodes(node.files), ofLog, pods(node.files)]
    }

    private static func module(_ files: any HostFiles) -> DoctorCheck {
        let nouveau = DriverFiles(files).modules().value?.contains { $0.name == "nouveau" } ?? false
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

    private static func deviceNodes(_ files: any HostFiles) -> DoctorCheck {
        let minors = DriverFiles(files).gpus().value?.compactMap(\.minorNumber) ?? []
        let nodes = DeviceNodes(files).nodes(minors: minors)
        let closed = nodes.filter { $0.access != .openable }
        guard !closed.isEmpty else {
            return DoctorCheck(
                verdict: .ok, subject: "device nodes", finding: "\(nodes.count) there, all may be opened")
        }
        return DoctorCheck(
            verdict: .missing, subject: "device nodes", finding: "\(closed.count) of \(nodes.count) cannot be opened",
            remedy:
                "load the driver and run nvidia-smi once on the node if they are missing; run the pod privileged if not permitted",
            details: closed.map { "\($0.path): \($0.access.rawValue)" })
    }

    private static func kernelLog(_ files: any HostFiles) -> DoctorCheck {
        let path = "/dev/kmsg"
        guard files.exists(path) else {
            return DoctorCheck(
                verdict: .missing, subject: "kernel log", finding: "no \(path)",
                remedy: "run the pod privileged, or give a log file with --kernel-log")
        }
        let mayOpen = (try? files.mayOpen(path, forWriting: false)) ?? false
        return DoctorCheck(
            verdict: mayOpen ? .ok : .missing, subject: "kernel log",
            finding: mayOpen ? path : "\(path) may not be read",
            remedy: mayOpen ? nil : "run the pod privileged or with CAP_SYSLOG")
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
