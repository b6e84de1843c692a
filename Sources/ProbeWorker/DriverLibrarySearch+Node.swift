package import HostNode
package import ProbeProtocol
package import Snapshots

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

extension DriverLibrarySearch {
    /// Looks for the library of this node, as configuration and environment say.
    ///
    /// - Parameters:
    ///   - files: the node's files.
    ///   - root: where they lie, seen from here.
    package static func onThisNode(
        _ configuration: ProbeConfiguration, _ files: any HostFiles, root: String
    ) -> HostDriverLibrary {
        guard let own = try? HostDirectory(root: "/") else { return HostDriverLibrary(candidates: [], choice: nil) }
        var search = DriverLibrarySearch(own)
        search.explicitPath = configuration.nvmlLibrary.map(absolute)
        search.hostRoot = root
        search.driverRoot = variable("NVIDIA_DRIVER_ROOT") ?? variable("DRIVER_ROOT")
        search.loaderDirectories = variable("LD_LIBRARY_PATH")?.split(separator: ":").map(String.init) ?? []
        search.moduleVersion = DriverFiles(files).driver().value?.version
        return search.run()
    }

    /// A path that a person gave means the directory in which the agent was started.
    private static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let directory = getcwd(nil, 0) else { return path }
        defer { free(directory) }
        return String(cString: directory) + "/" + path
    }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}

extension HostDriverLibrary {
    /// The library that a person named, in place of all others.
    package var explicit: Candidate? { candidates.first { $0.origin == .explicit } }

    /// What was looked at and why it would not do, in one short text.
    package var shortReport: String {
        if let explicit {
            return "\(explicit.path) (named with --nvml-library or NVML_LIBRARY_PATH): \(explicit.verdict)"
        }
        let refused = candidates.filter { $0.verdict != .missing }
        guard !refused.isEmpty else { return "none of \(candidates.count) usual places has one" }
        return refused.prefix(4).map { "\($0.path): \($0.verdict)" }.joined(separator: "; ")
    }
}
