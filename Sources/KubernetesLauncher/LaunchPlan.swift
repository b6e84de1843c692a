import JSON

/// What a session would create and run, for `--dry-run`.
package struct LaunchPlan: Sendable {
    private let options: LaunchOptions
    private let arguments: KubectlArguments
    private let kubectl: String

    /// The plan for these options.
    package init(_ options: LaunchOptions, arguments: KubectlArguments, kubectl: String) {
        self.options = options
        self.arguments = arguments
        self.kubectl = kubectl
    }

    /// The Job as `kubectl create -f -` takes it.
    package var job: String { JobManifest(options, instance: SessionNames.newInstance()).job.prettyPrinted() }

    /// The command that `--via debug` runs.
    package var debug: String {
        let session = DebugArguments(options, arguments: arguments, container: "agent", customFile: "CUSTOM.json")
        let command = ([kubectl] + session.open).map(ShellWord.quoted).joined(separator: " ")
        return "\(command)\n# CUSTOM.json: \(String(decoding: DebugArguments.custom.encoded(), as: UTF8.self))"
    }
}

/// Words as a POSIX shell takes them.
enum ShellWord {
    static func quoted(_ word: String) -> String {
        let plain = word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./:=@,".contains($0)) }
        if plain && !word.isEmpty { return word }
        return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
