/// Paths below a node's root: no I/O, except through a closure.
enum HostPath {
    /// Linux follows at most this many symlinks in one path (MAXSYMLINKS).
    static let maximumLinks = 40

    /// The names in a path; `.` and empty ones left out, `..` kept.
    static func components(_ path: String) -> [String] {
        path.utf8.split(separator: UInt8(ascii: "/")).compactMap { name in
            name.elementsEqual([UInt8(ascii: ".")]) ? nil : String(Substring(name))
        }
    }

    /// `path` without any symlink or `..`, both resolved below the root; `..` at the root stays there.
    ///
    /// - Parameter target: the target of a symlink; nil for anything else, also for what does not exist.
    static func resolve(
        _ path: String, target: (String) throws(HostFileError) -> String?
    ) throws(HostFileError) -> String {
        var pending = Array(components(path).reversed())
        var done: [String] = []
        var links = 0
        while let name = pending.popLast() {
            if name == ".." {
                _ = done.popLast()
                continue
            }
            done.append(name)
            guard let target = try target(joined(done)) else { continue }
            links += 1
            guard links <= maximumLinks, pending.count < 4096 else {
                throw HostFileError(path: path, cause: .tooManyLinks)
            }
            if target.utf8.first == UInt8(ascii: "/") { done = [] } else { done.removeLast() }
            pending.append(contentsOf: components(target).reversed())
        }
        return joined(done)
    }

    static func joined(_ names: some Collection<String>) -> String {
        "/" + names.joined(separator: "/")
    }

    /// What stands before the last `/`; nil at the root.
    static func parent(_ path: String) -> String? {
        var names = components(path)
        guard names.popLast() != nil else { return nil }
        return joined(names)
    }

    /// What stands after the last `/`.
    static func name(_ path: String) -> String {
        components(path).last ?? ""
    }
}

extension HostFiles {
    /// `path` with its symlinks resolved inside the root; names that do not exist are kept as they are.
    package func resolve(_ path: String) throws(HostFileError) -> String {
        try HostPath.resolve(path, target: linkTarget)
    }

    /// The target of the symlink at `path`; nil where there is something else or nothing.
    func linkTarget(_ path: String) throws(HostFileError) -> String? {
        do throws(HostFileError) {
            return try link(path)
        } catch {
            if error.cause == .wrongKind || error.cause == .missing { return nil }
            throw error
        }
    }
}
