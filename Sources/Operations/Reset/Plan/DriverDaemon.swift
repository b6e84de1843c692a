package import Snapshots

/// A daemon of the driver whose presence makes a reset less dangerous. Anybody can give a process any name, so a name alone
/// must not do; it is enough to make a reset more cautious.
package enum DriverDaemon: Sendable {
    /// Holds a GPU open only as long as persistence mode is on.
    case persistence
    /// Trains the links of a GPU at NVSwitches.
    case fabricManager

    private var programs: [String] {
        switch self {
        case .persistence: ["nvidia-persistenced"]
        case .fabricManager: ["nv-fabricmanager", "nvidia-fabricmanager"]
        }
    }

    /// By the kernel's name of it, of which it keeps 15 characters.
    package func isNamed(_ node: NodeProcess) -> Bool {
        programs.contains { node.process.name == String($0.prefix(15)) } || hasProgram(node)
    }

    /// Whether nobody but those who look after the node can have started it.
    package func isSurely(_ node: NodeProcess) -> Bool {
        if case .service(let unit)? = node.process.owner.value { return programs.contains { unit == "\($0).service" } }
        return hasProgram(node) && node.isOfTheNode
    }

    private func hasProgram(_ node: NodeProcess) -> Bool {
        GPUHolder(pid: node.process.pid, process: node.process).program.map(programs.contains) == true
    }
}

extension NodeProcess {
    /// Whether nobody but root of the node, or of a namespace that keeps it working, can have started it. Where it could not
    /// be read what it belongs to, root may also be that of a container.
    var isOfTheNode: Bool {
        switch process.owner.value {
        case .service?: true
        case .pod?, .container?: pod?.namespace.map(KillRules.systemNamespaces.contains) == true
        case .unknown?: pod == nil && process.uid.value == 0
        case .slurmJob?, .userSession?, nil: false
        }
    }
}
