internal import ArgumentParser
internal import Spelling

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Where the process begins.
@main
enum Main {
    /// Exit code of a wrong command line, for every subcommand. (ArgumentParser's own is 64.)
    private static let wrongUsage: Int32 = 2

    static func main() {
        StandardDescriptors.fillGaps()
        do {
            var command = try Agent.parseAsRoot()
            try command.run()
        } catch {
            let code = Agent.exitCode(for: error)
            guard code == .validationFailure else { Agent.exit(withError: error) }
            let text = Array((Agent.fullMessage(for: error) + suggestion + "\n").utf8)
            _ = write(2, text, text.count)
            exit(wrongUsage)
        }
    }

    /// A misspelt subcommand is taken for an argument of the one that needs no name.
    private static var suggestion: String {
        let commands = Agent.configuration.subcommands.map { $0.configuration }
        guard let word = CommandLine.arguments.dropFirst().first, !word.hasPrefix("-"), word.utf8.count < 32,
            !commands.contains(where: { $0.commandName == word })
        else { return "" }
        let names = commands.filter(\.shouldDisplay).compactMap(\.commandName)
        let near = names.first { EditDistance.between(word.utf8, Array($0.utf8)) <= 2 }
        return near.map { "\nDid you mean 'k8s-mcp-agent \($0)'?" } ?? ""
    }
}
