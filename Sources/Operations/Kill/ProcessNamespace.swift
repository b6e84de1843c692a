internal import HostNode

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Whether the node's process ids are also those by which this process can send signals.
package enum ProcessNamespace {
    /// Why signals would not reach the processes of this node's /proc; nil if they do.
    ///
    /// - Parameter root: where the node's root is mounted.
    package static func refusal(root: String) -> Refusal? {
        let node: any HostFiles = (try? HostDirectory(root: root)) ?? InMemoryHostFiles()
        let own = (try? HostDirectory(root: "/").link("/proc/self/ns/pid")) ?? ""
        guard let number = try? node.link("/proc/self"), let namespace = try? node.link("/proc/self/ns/pid"),
            !own.isEmpty
        else {
            return Refusal(
                "not_a_live_node",
                message: "The node's /proc is a recording, or is not mounted: its processes are not here.",
                remedy: "Run the agent on the node itself, with the node's root mounted.")
        }
        guard namespace == own, Int32(number) == getpid(), hasOneNumber(node) else {
            return Refusal(
                "foreign_pid_namespace",
                message:
                    "The agent is in a process id namespace of its own, from which the node's processes cannot be reached.",
                remedy: "Start the agent's pod with hostPID: true (`k8s-mcp-agent connect NODE --mode operator` does).")
        }
        return nil
    }

    /// A /proc that belongs to a namespace above this one lists a number for each level.
    private static func hasOneNumber(_ node: any HostFiles) -> Bool {
        guard let status = try? node.read("/proc/self/status", limit: 16 << 10) else { return false }
        let lines = status.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
        let numbers = lines.first { $0.hasPrefix("NSpid:") }?.split(separator: "\t").dropFirst()
        return numbers?.count == 1
    }
}
