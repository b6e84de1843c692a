#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Where the node's root is, seen from the agent.
package enum HostRoot {
    /// Where kubectl debug and the agent's own Job mount the node's root.
    package static let mounted = "/host"

    /// `/host` if a node's root is mounted there, else `/`.
    package static func find() -> String {
        let marks = ["/proc/version", "/etc"]
        return marks.allSatisfy { access(mounted + $0, F_OK) == 0 } ? mounted : "/"
    }
}
