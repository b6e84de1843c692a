internal import HostNode
internal import ProbeProtocol
internal import ProbeWorker
internal import Snapshots

/// Whether the driver's device nodes are there and may be opened.
enum DeviceNodeCheck {
    static func run(_ configuration: ProbeConfiguration, _ node: WorkerNode) -> DoctorCheck {
        if let platform = PlatformDriver(node.files) { return check(platform, node.files) }
        let minors = DriverFiles(node.files).gpus().value?.compactMap(\.minorNumber) ?? []
        let found = places(configuration, node).map { place in
            (place.name, nodes: DeviceNodes(place.files).nodes(minors: minors))
        }
        let best = found.first { $0.nodes.allSatisfy { $0.access == .openable } } ?? found.first
        return best.map { check($0.nodes, in: $0.0) }
            ?? DoctorCheck(verdict: .note, subject: "device nodes", finding: "cannot be looked for")
    }

    /// The node's own /dev, and that of the driver root that is entered before NVML opens them: a driver container has its own.
    private static func places(
        _ configuration: ProbeConfiguration, _ node: WorkerNode
    ) -> [(name: String, files: any HostFiles)] {
        var places: [(name: String, files: any HostFiles)] = [("/dev", node.files)]
        let container = "/run/nvidia/driver"
        if configuration.scenario != nil {
            places.append((container + "/dev", HostSubtree(container, of: node.files)))
            return places
        }
        let search = DriverLibrarySearch.onThisNode(configuration, node.files, root: node.root)
        if let root = search.choice?.root, root != "/", root != node.root, let files = try? HostDirectory(root: root) {
            places.append((root + "/dev", files))
        }
        return places
    }

    private static func check(_ nodes: [HostDeviceNode], in place: String) -> DoctorCheck {
        let closed = nodes.filter { $0.access != .openable }
        guard !closed.isEmpty else {
            return DoctorCheck(
                verdict: .ok, subject: "device nodes", finding: "\(nodes.count) in \(place), all can be opened")
        }
        return DoctorCheck(
            verdict: .missing, subject: "device nodes", finding: "\(closed.count) of \(nodes.count) cannot be opened",
            remedy:
                "load the driver and run nvidia-smi once on the node if they are missing; run the pod privileged if not permitted",
            details: closed.map { "\($0.path): \($0.access.rawValue)" })
    }

    private static func check(_ platform: PlatformDriver, _ files: any HostFiles) -> DoctorCheck {
        let mayOpen = (try? files.mayOpen(platform.path, forWriting: true)) ?? false
        return DoctorCheck(
            verdict: mayOpen ? .ok : .missing, subject: "device nodes",
            finding: mayOpen ? "\(platform.path) can be opened" : "\(platform.path) cannot be opened",
            remedy: mayOpen ? nil : "run the pod privileged")
    }
}
