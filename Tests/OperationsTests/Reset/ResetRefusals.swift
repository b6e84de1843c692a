import Operations
import Snapshots
import Testing

/// One way in which the facts can stand against a reset, and the word and the words that the plan has for it.
struct RefusalCase: Sendable, CustomTestStringConvertible {
    let name: String
    let precondition: String
    let reason: String
    let remedy: String
    var isLiftedByForce = false
    var method = ResetMethod.driver
    let change: @Sendable (inout ResetFacts) -> Void

    var testDescription: String { name }

    init(
        _ name: String, _ precondition: String, _ reason: String, remedy: String, force isLiftedByForce: Bool = false,
        _ method: ResetMethod = .driver, _ change: @escaping @Sendable (inout ResetFacts) -> Void
    ) {
        self.name = name
        self.precondition = precondition
        self.reason = reason
        self.remedy = remedy
        self.isLiftedByForce = isLiftedByForce
        self.method = method
        self.change = change
    }
}

extension RefusalCase {
    static func client(_ name: String, _ evidence: GPUClient.Evidence = .deviceNode, owner: String? = nil)
        -> GPUClient
    {
        GPUClient(
            pid: 4711, startTicks: 100, name: name, evidence: [evidence], owner: owner,
            monitoring: MonitoringClient.of(name: name, commandLine: nil))
    }

    /// Twelve links, all of them down.
    private static let noLinkUp: LinkNeighbours = {
        var links = LinkNeighbours()
        links.count = .value(12)
        links.activeCount = .value(0)
        return links
    }()

    static let all: [RefusalCase] = [
        RefusalCase("not root", "rights", "root", remedy: "privileged") { $0.node.isRoot = false },
        RefusalCase("Windows", "platform", "Windows", remedy: "Windows") { $0.node.isWSL = true },
        RefusalCase("no nvidia-smi", "nvidia_smi", "nvidia-smi", remedy: "/run/nvidia/driver") {
            $0.node.hasTool = false
        },
        RefusalCase("no minor", "identity", "minor", remedy: "driver") { $0.gpu.minor = nil },
        RefusalCase("no UUID", "identity", "UUID", remedy: "bus") { $0.gpu.uuid = nil },
        RefusalCase("dead driver", "driver", "does not answer", remedy: "method bus") { $0.driverAnswers = false },
        RefusalCase("driver hangs elsewhere", "driver", "not for all", remedy: "other GPU", force: true) {
            $0.driverTrouble = "The NVIDIA driver did not answer within 3 s on GPU 3."
        },
        RefusalCase("off the bus", "presence", "all ones", remedy: "power") { $0.slot.isAllOnes = .value(true) },
        RefusalCase("one look", "clients", "twice", remedy: "new plan") { $0.looks.removeLast() },
        RefusalCase("looks too close", "clients", "2 s apart", remedy: "new plan") {
            $0.looks[1].atMicroseconds = 1_000_000
        },
        RefusalCase("a job", "clients", "python3 (pid 4711, pod ml/train-0)", remedy: "delete pod ml/train-0") {
            $0.looks[0].clients = [client("python3", .compute, owner: "pod ml/train-0")]
        },
        RefusalCase("only in the second look", "clients", "python3", remedy: "kill_gpu_process") {
            $0.looks[1].clients = [client("python3")]
        },
        RefusalCase("only a mapping", "clients", "python3", remedy: "end python3") {
            $0.looks[0].clients = [client("python3", .mapping)]
        },
        RefusalCase("MPS", "clients", "MPS control daemon", remedy: "echo quit") {
            $0.looks[0].clients = [client("nvidia-cuda-mps", .compute)]
        },
        RefusalCase("DCGM", "clients", "DCGM host engine", remedy: "nvidia-dcgm") {
            $0.looks[0].clients = [client("nv-hostengine")]
        },
        RefusalCase("exporter", "clients", "DCGM exporter", remedy: "gpu.deploy.dcgm-exporter=false") {
            $0.looks[0].clients = [client("dcgm-exporter")]
        },
        RefusalCase("device plugin", "clients", "device plugin", remedy: "gpu.deploy.device-plugin=false") {
            $0.looks[0].clients = [client("nvidia-device-p")]
        },
        RefusalCase("gpud", "clients", "gpud", remedy: "systemctl stop gpud") {
            $0.looks[0].clients = [client("gpud")]
        },
        RefusalCase("persistenced without persistence", "clients", "persistence daemon", remedy: "nvidia-persistenced")
        {
            $0.looks[0].clients = [client("nvidia-persiste")]
        },
        RefusalCase("X", "clients", "X server", remedy: "multi-user.target") { $0.looks[0].clients = [client("Xorg")] },
        RefusalCase("a ghost", "clients", "(ended)", remedy: "stuck in the driver") {
            $0.looks[0].clients = [GPUClient(pid: 9, name: "(ended)", evidence: [.compute])]
        },
        RefusalCase("/proc unreadable", "clients", "3 processes", remedy: "hostPID") {
            $0.looks[1].hostGap = "the open files or memory maps of 3 processes could not be read"
        },
        RefusalCase("NVML's list unreadable", "clients", "no_permission", remedy: "root") {
            $0.looks[0].driverGap = "NVML's compute list: no_permission"
        },
        RefusalCase("persistence unknown", "persistence_mode", "timed_out", remedy: "-pm 0") {
            $0.persistence = .unavailable(.timedOut)
        },
        RefusalCase("passed through", "bound_driver", "vfio-pci", remedy: "virtual machine") {
            $0.slot.driver = .value("vfio-pci")
        },
        RefusalCase("nouveau", "bound_driver", "nouveau", remedy: "drivers_probe") {
            $0.slot.driver = .value("nouveau")
        },
        RefusalCase("no driver bound", "bound_driver", "no driver", remedy: "drivers_probe") {
            $0.slot.driver = .value("")
        },
        RefusalCase("bound driver unknown", "bound_driver", "not known", remedy: "/sys") {
            $0.slot.driver = .unavailable(.noPermission)
        },
        RefusalCase("vGPU guest", "virtualization", "vGPU", remedy: "host") { $0.virtualization = .value(2) },
        RefusalCase("vSGA", "virtualization", "mode 4", remedy: "reboot") { $0.virtualization = .value(4) },
        RefusalCase("mode unknown", "virtualization", "could not be read", remedy: "reboot") {
            $0.virtualization = .unavailable(.timedOut)
        },
        RefusalCase("virtual functions", "virtual_functions", "8 virtual", remedy: "sriov-manage -d") {
            $0.slot.virtualFunctions = .value(8)
        },
        RefusalCase(
            "A100 without fabric manager", "nvlink", "fabric manager does not run", remedy: "nvidia-fabricmanager"
        ) {
            $0.architecture = .value(7)
            $0.node.fabricManagerRuns = .value(false)
        },
        RefusalCase("A100, fabric manager unknown", "nvlink", "not known", remedy: "process id namespace") {
            $0.architecture = .value(7)
            $0.node.fabricManagerRuns = .unavailable(.noPermission)
        },
        RefusalCase("Volta with peers", "nvlink", "0000:3c:00.0", remedy: "in one command") {
            $0.architecture = .value(5)
            $0.links.peers = [BusID(domain: 0, bus: 0x3c, device: 0)]
        },
        RefusalCase(
            "A100 at switches, all links down", "nvlink", "fabric manager does not run", remedy: "systemctl start"
        ) {
            $0.architecture = .value(7)
            $0.links = noLinkUp
            $0.node.fabricManagerRuns = .value(false)
        },
        RefusalCase("A100 whose neighbours lead to switches", "nvlink", "at NVSwitches", remedy: "systemctl start") {
            $0.architecture = .value(7)
            $0.links = noLinkUp
            $0.links.isAmongSwitches = true
            $0.node.nvSwitchCount = .value(0)
            $0.node.fabricManagerRuns = .value(false)
        },
        RefusalCase("Volta, all links down", "nvlink", "(0 up)", remedy: "in one command") {
            $0.architecture = .value(5)
            $0.links = noLinkUp
            $0.links.hasLinkedOthers = true
            $0.node.nvSwitchCount = .value(0)
        },
        RefusalCase("links down of an unknown generation", "nvlink", "generation is not known", remedy: "reboot") {
            $0.architecture = .unavailable(.notSupported)
            $0.links = noLinkUp
        },
        RefusalCase("links of an unknown generation", "nvlink", "generation is not known", remedy: "reboot") {
            $0.architecture = .unavailable(.notSupported)
        },
        RefusalCase("links unreadable", "nvlink", "could not be read", remedy: "together") {
            $0.architecture = .value(7)
            $0.links.activeCount = .unavailable(.timedOut)
        },
        RefusalCase("a fatal SXid", "nvswitch_errors", "20034", remedy: "without -i", force: true) {
            $0.switchFaults = .value(["nvidia-nvswitch0: SXid (PCI:0000:07:00.0): 20034, Fatal, Link 30"])
        },
        RefusalCase("MIG instances", "mig", "MIG-1", remedy: "mig.config", force: true) {
            $0.migDevices = .value(["MIG-1"])
        },
        RefusalCase("MIG unreadable", "mig", "timed_out", remedy: "force", force: true) {
            $0.migDevices = .unavailable(.timedOut)
        },
        RefusalCase("nothing asks for it", "recovery_action", "nothing asks", remedy: "diagnose_gpu_node", force: true)
        {
            $0.recoveryAction = .value(0)
        },
        RefusalCase("reboot wanted", "recovery_action", "reboot", remedy: "reboot the node", force: true) {
            $0.recoveryAction = .value(2)
        },
        RefusalCase("power cycle wanted", "recovery_action", "action 7", remedy: "reboot", force: true) {
            $0.recoveryAction = .value(7)
        },
        RefusalCase("IMEX", "recovery_action", "IMEX", remedy: "nvidia-imex", force: true) {
            $0.recoveryAction = .value(5)
        },
        RefusalCase("bus reset wanted", "recovery_action", "bus reset", remedy: "method bus", force: true) {
            $0.recoveryAction = .value(6)
        },
        RefusalCase("loop", "loop_guard", "10 minutes ago", remedy: "board replaced", force: true) {
            $0.lastReset = .secondsAgo(600)
        },
        RefusalCase("just under an hour", "loop_guard", "59 minutes", remedy: "reboot", force: true) {
            $0.lastReset = .secondsAgo(3_599)
        },
        RefusalCase("schedulable", "scheduling", "schedulable", remedy: "kubectl cordon", force: true) {
            $0.node.scheduling = .schedulable
        },
        RefusalCase("others below the bridge", "bridge", "0000:3c:00.0 (network)", remedy: "method driver", .bus) {
            $0.slot.neighbours = .value([
                PCIFunction(address: BusID(domain: 0, bus: 0x3c, device: 0), driver: "mlx5_core", kind: "network")
            ])
        },
        RefusalCase("no bridge", "bridge", "no bridge", remedy: "method driver", .bus) { $0.slot.bridge = nil },
        RefusalCase("bridge unknown", "bridge", "not known", remedy: "/sys", .bus) {
            $0.slot.neighbours = .unavailable(.noPermission)
        },
        RefusalCase("audio passed through", "siblings", "0000:3b:00.1", remedy: "virtual machine", .bus) {
            $0.slot.siblings = [PCIFunction(address: FakeKernel.audio, driver: "vfio-pci")]
        },
        RefusalCase("other jobs", "other_jobs", "train.py", remedy: "drain", force: true, .bus) {
            $0.otherJobs = [client("train.py")]
        },
    ]

    /// Those that force lifts are asked without it, the others with it.
    static let withoutDriver: [RefusalCase] = [
        RefusalCase("no unbind lock", "unbind_lock", "unbindLock", remedy: "reboot", .bus) {
            $0.slot.hasUnbindLock = false
        },
        RefusalCase("no reset at all", "reset_method", "no reset", remedy: "6.13", .bus) {
            $0.slot.hasReset = false
            $0.slot.hasBusReset = false
        },
        RefusalCase("only the bus, and others on it", "reset_method", "no reset", remedy: "reboot", .bus) {
            $0.slot.hasReset = false
            $0.slot.neighbours = .value([PCIFunction(address: FakeKernel.bridge, driver: "nvme")])
        },
        RefusalCase("bus as the only method, and others on it", "bridge", "other devices", remedy: "reboot", .bus) {
            $0.slot.resetMethods = .value(["bus"])
            $0.slot.neighbours = .value([PCIFunction(address: FakeKernel.bridge, driver: "nvme")])
        },
        RefusalCase("persistence mode on", "persistence_mode", "on", remedy: "nvidia-persistenced", .bus) {
            $0.persistence = .value(true)
        },
        RefusalCase("off the bus", "presence", "all ones", remedy: "power", force: true, .bus) {
            $0.slot.isAllOnes = .value(true)
        },
        RefusalCase("presence unknown", "presence", "could not be read", remedy: "/sys", .bus) {
            $0.slot.isAllOnes = .unavailable(.noPermission)
        },
        RefusalCase("MIG unknown", "mig", "not known", remedy: "destroyed", force: true, .bus) {
            $0.migDevices = .unavailable(.notRead)
        },
        RefusalCase("NVSwitches next to it", "nvlink", "could not be read", remedy: "fabric manager", .bus) {
            $0.node.nvSwitchCount = .value(6)
        },
        RefusalCase("A100 without fabric manager", "nvlink", "does not run", remedy: "systemctl start", .bus) {
            $0.architecture = .value(7)
            $0.node.nvSwitchCount = .value(6)
            $0.node.fabricManagerRuns = .value(false)
        },
        RefusalCase("Volta next to others", "nvlink", "before Ampere", remedy: "in one command", .bus) {
            $0.architecture = .value(5)
            $0.links.hasLinkedOthers = true
        },
        RefusalCase("still in use", "clients", "python3", remedy: "end python3", .bus) {
            $0.looks[0].clients = [client("python3")]
        },
    ]
}
