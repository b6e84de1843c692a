#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The node's name, for the head of every answer.
enum NodeName {
    /// The name that Kubernetes gave (downward API: `NODE_NAME` from spec.nodeName), else the host's; in a pod the host's name
    /// need not be the node's. A simulated node is called after its scenario.
    static func find(scenario: String?) -> String {
        if let scenario { return "simulated-\(name(ofScenario: scenario))" }
        if let name = getenv("NODE_NAME").map({ String(cString: $0) }), !name.isEmpty {
            return String(name.prefix(253))
        }
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "unknown" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// A built-in name, a file's name without its end, or the folder of a `scenario.json`.
    private static func name(ofScenario scenario: String) -> Substring {
        var parts = scenario.split(separator: "/")
        if parts.count > 1, parts.last == "scenario.json" { parts.removeLast() }
        guard let name = parts.last else { return "node" }
        return name.hasSuffix(".json") ? name.dropLast(5) : name
    }
}
