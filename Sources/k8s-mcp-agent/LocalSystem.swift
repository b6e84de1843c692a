import KubernetesLauncher

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The person's own machine.
enum LocalSystem {
    /// Who is asking, as `user@machine`.
    static var requester: String {
        let user = getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) } ?? variable("USER") ?? "unknown"
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return user }
        return "\(user)@\(String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))"
    }

    /// This moment as RFC 3339 in UTC.
    static var timestamp: String { timestamp(secondsAgo: 0) }

    /// A moment of the past in the same form.
    static func timestamp(secondsAgo: Int) -> String {
        var now = time(nil) - secondsAgo
        var parts = tm()
        gmtime_r(&now, &parts)
        var text = [CChar](repeating: 0, count: 32)
        let count = strftime(&text, text.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
        return String(decoding: text.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Where this program is, so that a client without our PATH finds it.
    static var ownPath: String {
        let called = CommandLine.arguments.first ?? "k8s-mcp-agent"
        #if os(Linux)
            let path = "/proc/self/exe"
        #else
            let path = called
        #endif
        guard let resolved = realpath(path, nil) else { return called }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// What kubectl and its credential plug-ins need and a desktop application does not inherit.
    static var clientEnvironment: [(String, String)] {
        ClientVariables.passedOn {
            variable($0)
        } absolute: {
            absolute($0)
        }
    }

    /// The path as it is from any folder.
    static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), !path.isEmpty, let folder = getcwd(nil, 0) else { return path }
        defer { free(folder) }
        return "\(String(cString: folder))/\(path.hasPrefix("./") ? path.dropFirst(2) : path[...])"
    }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}
