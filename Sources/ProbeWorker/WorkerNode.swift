package import HostNode
package import ProbeProtocol
internal import Scenarios
internal import Snapshots

/// The node's files: those of a real root, or those that a scenario describes.
package struct WorkerNode {
    package let files: any HostFiles
    /// The directory below which the node's files lie; `/` for the agent's own root and for a scenario without one.
    package let root: String
    /// Why the scenario cannot be used; nil if it can or there is none.
    package private(set) var scenarioProblem: String?
    /// `--kernel-log`: a file of the agent's own root to read instead of the node's ring buffer.
    private(set) var kernelLogFile: String?
    /// The agent's own root, opened before another one is entered; nil where it is not needed.
    private(set) var ownRoot: HostDirectory?
    private(set) var isSimulated = false
    /// See ``ProcessesSnapshot/sharesProcessIDs``; found out before another root is entered.
    var sharesProcessIDs: Bool?

    package init(_ configuration: ProbeConfiguration) {
        self.init(nodeOf: configuration)
        isSimulated = configuration.scenario != nil
        sharesProcessIDs = findsSharedProcessIDs()
        guard let path = configuration.kernelLog else { return }
        kernelLogFile = path
        ownRoot = try? HostDirectory(root: "/")
    }

    private init(nodeOf configuration: ProbeConfiguration) {
        var root = configuration.hostRoot
        if let name = configuration.scenario {
            do throws(ScenarioError) {
                let scenario = try Scenario.resolve(name)
                root = root ?? scenario.host.root
                if root == nil {
                    self.init(files: InMemoryHostFiles(scenario), root: "/")
                    return
                }
            } catch {
                self.init(files: InMemoryHostFiles(), root: "/")
                scenarioProblem = "\(error)"
                return
            }
        }
        let found = root ?? HostRoot.find()
        do throws(HostFileError) { self.init(files: try HostDirectory(root: found), root: found) } catch {
            self.init(files: InMemoryHostFiles(), root: found)
        }
    }

    init(files: any HostFiles, root: String) {
        self.files = files
        self.root = root
    }
}

extension HostSnapshot {
    /// What the host tells without NVML.
    init(_ presence: inout GPUPresence) {
        self.init()
        kernelModuleVersion = presence.moduleVersion()
        pciGPUs = presence.onPCIBus()
        procGPUs = presence.inProc()
    }
}

extension InMemoryHostFiles {
    /// The files of a simulated node.
    init(_ scenario: Scenario) {
        self.init(
            Dictionary(uniqueKeysWithValues: scenario.hostFiles.map { path, file in ("/" + path, Entry(file)) }))
    }
}

extension InMemoryHostFiles.Entry {
    fileprivate init(_ file: HostFile) {
        self =
            switch file {
            case .file(let bytes): .file(bytes)
            case .directory: .directory
            case .symlink(let target): .symlink(target)
            case .characterDevice(let major, let minor): .characterDevice(major: major, minor: minor)
            case .forbidden: .forbidden
            }
    }
}
