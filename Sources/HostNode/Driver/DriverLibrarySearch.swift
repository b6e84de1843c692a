package import Snapshots

/// Looks for libnvidia-ml.so.1 as each node system keeps it, without opening any library.
///
/// Order: the caller's own path and nothing else; what the dynamic loader would find; then each driver root with each
/// directory known. Of all that can be opened the first with the loaded module's version wins, then the first whose version
/// is not known, at last one that differs.
package struct DriverLibrarySearch: Sendable {
    package static let soname = "libnvidia-ml.so.1"

    /// The agent's own file system, not the node's.
    private let files: any HostFiles
    private let machine: ELFMachine
    /// A library or the directory of one, chosen by a person.
    package var explicitPath: String?
    /// Where the node's root is mounted; `/` when the agent runs on the node itself.
    package var hostRoot = "/host"
    /// A driver root named by the environment, for example by the GPU Operator.
    package var driverRoot: String?
    /// The directories of LD_LIBRARY_PATH.
    package var loaderDirectories: [String] = []
    /// The loaded module's version (`HostDriver.version`).
    package var moduleVersion: String?

    package init(_ files: any HostFiles, machine: ELFMachine = .current) {
        self.files = files
        self.machine = machine
    }

    package func run() -> HostDriverLibrary {
        var candidates: [HostDriverLibrary.Candidate] = []
        var seen: Set<String> = []
        func look(_ origin: HostDriverLibrary.Candidate.Origin, _ root: String, _ path: String) {
            let (candidate, resolved) = examine(origin, root, path)
            if seen.insert(resolved).inserted { candidates.append(candidate) }
        }
        if let explicitPath {
            let root = rootOf(explicitPath)
            look(.explicit, root, inside(root, explicitPath))
        } else {
            for path in loaderPaths() { look(.loader, "/", path) }
            for root in roots() {
                for path in DriverLibraryPlaces.paths(on: machine) { look(.driverRoot, root, path) }
            }
        }
        return HostDriverLibrary(candidates: candidates, choice: choose(candidates))
    }

    private func choose(_ candidates: [HostDriverLibrary.Candidate]) -> HostDriverLibrary.Choice? {
        let openable = candidates.filter { $0.verdict == .usable || $0.verdict == .otherVersion }
        let ranked = openable.map { ($0, match($0)) }
        let found =
            ranked.first { $0.1 == .same } ?? ranked.first { $0.1 == .unknown } ?? ranked.first { $0.1 == .different }
        return found.map { candidate, match in
            HostDriverLibrary.Choice(
                path: candidate.path, root: candidate.root, pathInRoot: candidate.pathInRoot,
                version: candidate.version, versionMatch: match)
        }
    }

    private func match(_ candidate: HostDriverLibrary.Candidate) -> HostDriverLibrary.Choice.VersionMatch {
        guard let version = candidate.version, let moduleVersion else { return .unknown }
        return version == moduleVersion ? .same : .different
    }

    /// The candidate at `path` inside `root`, and the file behind it, seen from this process.
    private func examine(
        _ origin: HostDriverLibrary.Candidate.Origin, _ root: String, _ path: String
    ) -> (HostDriverLibrary.Candidate, resolved: String) {
        let tree = HostSubtree(root, of: files)
        var candidate = HostDriverLibrary.Candidate(origin: origin, root: root, pathInRoot: path, verdict: .missing)
        do throws(HostFileError) {
            if try tree.status(path).kind == .directory {
                candidate.pathInRoot = HostPath.joined(HostPath.components(path) + [Self.soname])
            }
            let resolved = try tree.resolve(candidate.pathInRoot)
            candidate.version = Self.version(inName: HostPath.name(resolved))
            candidate.verdict = try verdict(tree, candidate, resolved)
            return (candidate, root == "/" ? resolved : root + resolved)
        } catch {
            candidate.verdict = error.cause == .missing ? .missing : .unreadable(Unavailable(error))
            return (candidate, candidate.path)
        }
    }

    private func verdict(
        _ tree: HostSubtree, _ candidate: HostDriverLibrary.Candidate, _ resolved: String
    ) throws(HostFileError) -> HostDriverLibrary.Candidate.Verdict {
        let header = try tree.head(candidate.pathInRoot, limit: ELFMachine.headerSize)
        if header.isEmpty { return .empty }
        if [candidate.pathInRoot, resolved].contains(where: { HostPath.components($0).contains("stubs") }) {
            return .stub
        }
        guard let found = ELFMachine(sharedObjectHeader: header) else { return .notALibrary }
        guard found == machine else { return .otherArchitecture }
        guard let version = candidate.version, let moduleVersion, version != moduleVersion else { return .usable }
        return .otherVersion
    }

    /// The version in `libnvidia-ml.so.<version>`; nil for `libnvidia-ml.so.1` and any other name.
    private static func version(inName name: String) -> String? {
        let prefix = "libnvidia-ml.so."
        guard name.hasPrefix(prefix) else { return nil }
        let version = name.dropFirst(prefix.count)
        return DriverVersion.isVersion(version) ? String(version) : nil
    }
}

extension DriverLibrarySearch {
    /// Directories in which a driver may be installed as if they were `/`, those that exist.
    private func roots() -> [String] {
        let host = "/" + HostPath.components(hostRoot).joined(separator: "/")
        let inHost = (try? HostSubtree(host, of: files).resolve("/run/nvidia/driver")) ?? "/run/nvidia/driver"
        let named = [driverRoot, "/driver-root", "/run/nvidia/driver", host, host == "/" ? nil : host + inHost, "/"]
        var roots: [String] = []
        for root in named.compactMap({ $0 }) where !roots.contains(root) && isDirectory(root) { roots.append(root) }
        return roots
    }

    private func isDirectory(_ path: String) -> Bool {
        (try? files.status(path))?.kind == .directory
    }

    /// The longest driver root that a path chosen by a person lies in.
    private func rootOf(_ path: String) -> String {
        roots().filter { $0 == "/" || path.hasPrefix($0 + "/") }.max { $0.utf8.count < $1.utf8.count } ?? "/"
    }

    private func inside(_ root: String, _ path: String) -> String {
        root == "/" ? path : String(path.dropFirst(root.count))
    }

    /// What dlopen would find by the plain name: LD_LIBRARY_PATH, then the loader's cache.
    private func loaderPaths() -> [String] {
        loaderDirectories.filter { $0.hasPrefix("/") }.map { "\($0)/\(Self.soname)" } + cachedPaths()
    }

    /// The library's paths in /etc/ld.so.cache, where each stands as text that ends with a NUL.
    private func cachedPaths() -> [String] {
        guard let cache = try? files.read("/etc/ld.so.cache", limit: 8 << 20) else { return [] }
        let name = Array("/\(Self.soname)\0".utf8)
        var paths: [String] = []
        var rest = cache[...]
        while let found = rest.withUnsafeBytes({ $0.firstIndex(of: name) }) {
            let end = rest.startIndex + found + name.count - 1
            let start = (rest[..<end].lastIndex(of: 0) ?? rest.startIndex - 1) + 1
            if end - start < 4096, cache[start] == UInt8(ascii: "/") {
                paths.append(String(decoding: cache[start..<end], as: UTF8.self))
            }
            rest = cache[(end + 1)...]
        }
        return paths
    }
}
