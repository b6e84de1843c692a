import Operations
import Synchronization

/// Keeps what a procedure announces and does.
final class Notes: Sendable {
    private let lines = Mutex<[String]>([])
    /// Steps that cannot be recorded.
    let unrecorded: Set<String>

    init(unrecorded: Set<String> = []) { self.unrecorded = unrecorded }

    var all: [String] { lines.withLock { $0 } }

    func add(_ line: String) { lines.withLock { $0.append(line) } }

    var journal: ResetJournal {
        ResetJournal(
            willTake: { step in
                guard !self.unrecorded.contains(step.name) else { return false }
                self.add("will \(step.name)")
                return true
            },
            didTake: { report in self.add("\(report.result == "done" ? "did" : "failed") \(report.step.name)") })
    }
}

/// An nvidia-smi that answers as told, command by command.
final class ToldTool: DriverTool {
    private let answers: Mutex<[DriverToolRun]>
    private let asked = Mutex<[DriverToolCommand]>([])

    init(_ answers: [DriverToolRun]) { self.answers = Mutex(answers) }

    var commands: [DriverToolCommand] { asked.withLock { $0 } }

    func run(_ command: DriverToolCommand) async -> DriverToolRun {
        asked.withLock { $0.append(command) }
        return answers.withLock { $0.isEmpty ? .finished(code: 0, output: "All done.") : $0.removeFirst() }
    }
}
