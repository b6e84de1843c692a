#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// How many files the process may have open, which bounds the connections that it can have.
enum DescriptorLimit {
    /// For everything that is no connection: the probe, the log, files that are read.
    private static let reserve = 128

    /// Makes room for so many connections, as far as the system allows.
    ///
    /// - Returns: how many there can be; a connection too many would end the server and not just itself.
    static func raise(for connections: Int) -> Int {
        #if canImport(Glibc)
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
            let resource = RLIMIT_NOFILE
        #endif
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return min(connections, 512) }
        let wanted = rlim_t(connections + reserve)
        if limit.rlim_cur < wanted {
            limit.rlim_cur = min(wanted, limit.rlim_max)
            _ = setrlimit(resource, &limit)
            _ = getrlimit(resource, &limit)
        }
        return max(1, min(connections, Int(clamping: limit.rlim_cur) - reserve))
    }
}
