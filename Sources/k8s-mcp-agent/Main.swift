internal import ArgumentParser

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
            let text = Array((Agent.fullMessage(for: error) + "\n").utf8)
            _ = write(2, text, text.count)
            exit(wrongUsage)
        }
    }
}
