internal import CUnix
package import EventLoop
internal import HostNode

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The nvidia-smi of a node, which has to be of the loaded kernel module's version and is run inside the driver's own root.
package struct NvidiaSMI: DriverTool {
    /// The root to enter before it is started; `/` for none.
    package let root: String
    /// Its file, seen from there.
    package let path: String
    private let loop: EventLoop
    private let limit: Duration?

    /// - Parameter limit: instead of each command's own.
    package init(root: String, path: String, loop: EventLoop, limit: Duration? = nil) {
        self.root = root
        self.path = path
        self.loop = loop
        self.limit = limit
    }

    /// Where distributions, cloud images and driver containers have it.
    private static let places = [
        "/usr/bin", "/usr/local/bin", "/bin", "/usr/local/nvidia/bin", "/home/kubernetes/bin/nvidia/bin",
        "/opt/nvidia/bin",
        "/opt/bin", "/usr/libexec/nvidia/tesla/bin", "/run/current-system/sw/bin", "/usr/lib/wsl/lib",
    ]

    /// The first root that has one.
    ///
    /// - Parameter entering: false for a folder that only plays a node: its programs are run in the agent's own root.
    package static func find(roots: [String], entering: Bool = true, loop: EventLoop, limit: Duration? = nil)
        -> NvidiaSMI?
    {
        for root in roots {
            guard let files = try? HostDirectory(root: root) else { continue }
            for place in places {
                let path = "\(place)/nvidia-smi"
                guard let status = try? files.status(path), status.kind == .regular, status.permissions & 0o111 != 0,
                    let resolved = try? files.resolve(path)
                else { continue }
                return entering
                    ? NvidiaSMI(root: root, path: path, loop: loop, limit: limit)
                    : NvidiaSMI(root: "/", path: root + resolved, loop: loop, limit: limit)
            }
        }
        return nil
    }

    package func run(_ command: DriverToolCommand) async -> DriverToolRun {
        var pipes = ToolPipes()
        defer { pipes.closeAll() }
        guard pipes.open() else { return .notStarted(errno: errno) }
        let pid = start(command.arguments, pipes)
        guard pid > 0 else { return .notStarted(errno: errno) }
        pipes.closeChildEnds()
        let end = await Child(pid: pid, loop: loop, leadsGroup: true)
            .end(within: limit ?? command.limit, whileWaiting: { pipes.drain() })
        pipes.drain()
        if let code = pipes.startFailure { return .notStarted(errno: code) }
        return switch end {
        case .exited(let code): .finished(code: code, output: pipes.text)
        case .killed(let signal): .killed(signal: signal, output: pipes.text)
        case .stuck(let child): .stuck(child, output: pipes.text)
        }
    }

    private func start(_ arguments: [String], _ pipes: ToolPipes) -> Int32 {
        let words = ([path] + arguments).map { strdup($0) } + [nil]
        let environment = environment.map { strdup($0) } + [nil]
        defer { for word in words + environment { free(word) } }
        return root.withCString { root in
            path.withCString { path in
                words.withUnsafeBufferPointer { words in
                    environment.withUnsafeBufferPointer { environment in
                        var program = csystem_program(
                            root: root, path: path, arguments: words.baseAddress, environment: environment.baseAddress,
                            output: pipes.outputWriteEnd, failure: pipes.failureWriteEnd)
                        return csystem_start_program(&program)
                    }
                }
            }
        }
    }

    private static let packagedSuffix = "/nvidia/bin/nvidia-smi"

    /// Nothing of the agent's own environment, in which a library could be put before the driver's.
    private var environment: [String] {
        var variables = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"]
        // On some systems its libraries lie beside it and no loader cache knows them.
        if path.hasSuffix(Self.packagedSuffix) {
            variables.append("LD_LIBRARY_PATH=\(path.dropLast(Self.packagedSuffix.count))/nvidia/lib64")
        }
        return variables
    }
}
