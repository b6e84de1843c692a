internal import HostNode
internal import ProbeWorker
internal import Tools

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// What the agent itself may do where it runs.
enum AgentChecks {
    static func all(_ context: ToolContext, _ node: WorkerNode) -> [DoctorCheck] {
        [identity(context), root(context, node), capabilities, processNamespace]
    }

    private static func identity(_ context: ToolContext) -> DoctorCheck {
        DoctorCheck(
            verdict: .ok, subject: "agent",
            finding:
                "version \(AgentVersion.current), node \(context.nodeName), uid \(getuid()), mode \(context.mode.rawValue)"
                + (context.isSimulated ? ", simulated hardware" : ""))
    }

    private static func root(_ context: ToolContext, _ node: WorkerNode) -> DoctorCheck {
        if let problem = node.scenarioProblem {
            return DoctorCheck(verdict: .missing, subject: "scenario", finding: problem)
        }
        let place = context.isSimulated && node.root == "/" ? "the scenario's own files" : node.root
        return DoctorCheck(verdict: .ok, subject: "host root", finding: place)
    }

    /// The rights that the readings need, by their bits in /proc/self/status (linux/capability.h).
    private static let needed: [(bit: UInt64, name: String, use: String)] = [
        (18, "CAP_SYS_CHROOT", "entering the driver's root"),
        (34, "CAP_SYSLOG", "the kernel log, where dmesg is restricted"),
        (19, "CAP_SYS_PTRACE", "which processes hold a GPU"),
    ]

    private static var capabilities: DoctorCheck {
        let status = (try? HostDirectory(root: "/").read("/proc/self/status")) ?? []
        let line = String(decoding: status, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("CapEff:") }
        guard let bits = line.flatMap({ UInt64($0.dropFirst(7).drop { $0 == "\t" || $0 == " " }, radix: 16) }) else {
            return DoctorCheck(verdict: .note, subject: "capabilities", finding: "cannot be read here")
        }
        let missing = needed.filter { bits & (1 << $0.bit) == 0 }
        guard !missing.isEmpty else {
            return DoctorCheck(verdict: .ok, subject: "capabilities", finding: "all that is needed")
        }
        return DoctorCheck(
            verdict: .missing, subject: "capabilities",
            finding: "missing \(missing.map(\.name).joined(separator: ", "))",
            remedy: "run the agent's pod privileged (kubectl debug: --profile=sysadmin)",
            details: missing.map { "\($0.name): \($0.use)" })
    }

    /// The kernel gives the first PID namespace a fixed inode number (PROC_PID_INIT_INO, include/linux/proc_ns.h).
    private static let initialNamespace = "pid:[4026531836]"

    private static var processNamespace: DoctorCheck {
        guard let namespace = try? HostDirectory(root: "/").link("/proc/self/ns/pid") else {
            return DoctorCheck(verdict: .note, subject: "process namespace", finding: "cannot be determined here")
        }
        if namespace == initialNamespace {
            return DoctorCheck(verdict: .ok, subject: "process namespace", finding: "the host's")
        }
        return DoctorCheck(
            verdict: .note, subject: "process namespace", finding: "not the host's",
            remedy: "set hostPID: true in the pod: without it GPU processes and their pods cannot be named")
    }
}
