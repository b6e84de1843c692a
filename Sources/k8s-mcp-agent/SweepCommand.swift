import ArgumentParser
import EventLoop
import KubernetesLauncher

/// Removes what sessions left in the cluster, after asking.
struct SweepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "List and remove what sessions and 'kubectl debug' runs of this image left in the cluster.")

    @OptionGroup var cluster: ClusterOptions

    @Flag(name: [.customShort("A"), .long], help: "Look in all namespaces.")
    var allNamespaces = false

    @Option(
        help: ArgumentHelp("Leave alone what is younger, such as 2h.", valueName: "duration"),
        transform: TimeSpan.seconds)
    var olderThan = 0

    @Option(help: ArgumentHelp("Whose pods to look for: any tag of this image.", valueName: "reference"))
    var image = AgentImage.reference

    @Flag(help: "Only list.")
    var dryRun = false

    @Flag(name: [.short, .long], help: "Remove without asking.")
    var yes = false

    func run() throws {
        let sweeper = Sweeper(
            arguments: cluster.arguments, kubectl: Kubectl(executable: cluster.kubectl), image: image,
            allNamespaces: allNamespaces)
        let before = LocalSystem.timestamp(secondsAgo: olderThan)
        let loop = try EventLoop()
        let exitCode = loop.runUntilDone { () async -> Int32 in
            let (leftovers, failure) = await sweeper.find()
            // RFC 3339 in UTC with whole seconds sorts as text.
            let found = leftovers.filter { $0.created <= before }
            list(found, isAll: failure == nil)
            if let failure { StandardError.say("k8s-mcp-agent: not everything could be listed: \(failure)") }
            let listed: Int32 = failure == nil ? 0 : 1
            guard !found.isEmpty, !dryRun, yes || confirm(found.count) else { return listed }
            return max(listed, await remove(found, with: sweeper))
        }
        throw ExitCode(exitCode ?? 1)
    }

    private func list(_ leftovers: [Leftover], isAll: Bool) {
        if leftovers.isEmpty && isAll { print("Nothing was left behind.") }
        for one in leftovers {
            print(
                "\(one.kind.rawValue) \(one.namespace)/\(one.name) on \(one.node), \(one.state), \(one.created), by \(one.owner)"
            )
        }
    }

    private func confirm(_ count: Int) -> Bool {
        print("Remove \(count == 1 ? "it" : "all \(count)")? Sessions in use end. [y/N] ", terminator: "")
        return ["y", "yes"].contains(readLine()?.lowercased() ?? "")
    }

    private func remove(_ leftovers: [Leftover], with sweeper: Sweeper) async -> Int32 {
        var exitCode: Int32 = 0
        for leftover in leftovers {
            do throws(LaunchFailure) {
                try await sweeper.remove(leftover)
                print("removed \(leftover.kind.rawValue) \(leftover.namespace)/\(leftover.name)")
            } catch {
                StandardError.say("k8s-mcp-agent: \(leftover.name): \(error)")
                exitCode = 1
            }
        }
        return exitCode
    }
}
