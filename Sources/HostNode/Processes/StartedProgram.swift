/// What is kept of a command line: the program, and the script or Python module that it runs.
///
/// Every other argument may be a secret, in more forms than a list of them could name; none is shown, recorded or sent anywhere.
package enum StartedProgram {
    /// Stands for the arguments that were left out.
    private static let omission: Substring = "..."
    private static let scriptEndings = [".py", ".sh", ".pl", ".rb", ".jl", ".js", ".jar"]
    /// Bytes of a command line that are looked at.
    static let limit = 256

    /// - Parameter commandLine: the beginning of /proc/<pid>/cmdline, or what this function has made of it, which stays as it is.
    /// - Returns: the words, parted by blanks; empty for zombies and kernel threads, which have none.
    package static func text(_ commandLine: [UInt8]) -> String {
        let words = Text.clean(commandLine, limit: limit).split(separator: " ", omittingEmptySubsequences: false)
        // Without a program's name the first word is empty, and what follows is an argument all the same.
        let program = words.first ?? ""
        let arguments = words.dropFirst().filter { !$0.isEmpty }
        let runs = started(by: program, arguments)
        let omitted: [Substring] = runs.count < arguments.count ? [omission] : []
        return ([program] + runs + omitted).filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// A module is what follows `-m` before anything but options, a script the first word that is named like one.
    private static func started(by program: Substring, _ arguments: [Substring]) -> [Substring] {
        let options = arguments.prefix { $0.hasPrefix("-") }
        let isPython = program.split(separator: "/").last?.hasPrefix("python") == true
        if isPython, options.last == "-m", options.count < arguments.count, isPlain(arguments[options.count]) {
            return ["-m", arguments[options.count]]
        }
        let script = arguments.first { word in isPlain(word) && scriptEndings.contains { word.hasSuffix($0) } }
        return script.map { [$0] } ?? []
    }

    /// Whether it can be a path or a module: addresses and assignments have other characters.
    private static func isPlain(_ word: Substring) -> Bool {
        word.unicodeScalars.allSatisfy { $0.properties.isAlphabetic || "0123456789._/+-".unicodeScalars.contains($0) }
    }
}
