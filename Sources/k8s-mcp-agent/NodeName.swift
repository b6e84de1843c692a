#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The node's name, for the head of every answer.
enum NodeName {
    /// The name that Kubernetes told (downward API: `NODE_NAME` from spec.nodeName), else the host's; in a pod the host's name
    /// need not be the node's. A simulated node is called after its scenario.
    static func find(scenario: String?) -> String {
        if let scenario { return "simulated-\(scenario.split(separator: "/").last ?? "node")" }
        if let name = getenv("NODE_NAME").map({ String(cString: $0) }), !name.isEmpty {
            return String(name.prefix(253))
        }
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "unknown" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
