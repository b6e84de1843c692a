import ArgumentParser
import PodHolder

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// What a pod of ours runs: it stays while sessions are exec'd into it, and goes when they are gone.
struct HoldCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold",
        abstract: "Keep a pod open for sessions, and end when there are none.",
        discussion: """
            'connect' starts this as the process of its pod. It ends when the last session leaves, when no \
            session has existed for the time of --grace, and on SIGTERM as soon as nothing is in progress that must \
            not be interrupted. With --enter, --leave, --busy or \
            --done it speaks to the holder of the same pod instead.
            """)

    @Option(help: ArgumentHelp("How long to stay without a session.", valueName: "seconds"))
    var grace = 15

    @Flag(exclusivity: .exclusive)
    var message: Message?

    enum Message: String, EnumerableFlag {
        case enter
        case leave
        case busy
        case done

        static func help(for value: Message) -> ArgumentHelp? {
            switch value {
            case .enter: "Announce a session. Exit code 3: the pod is closing."
            case .leave: "Announce that a session ends. Exit code 3: others remain, the pod stays."
            case .busy:
                "Announce work that must not be interrupted: until --done the pod stays, whoever leaves or ends it."
            case .done: "Announce that this work has ended. Exit code 3: the pod stays."
            }
        }
    }

    func validate() throws {
        guard (1...86_400).contains(grace) else { throw ValidationError("--grace must be 1 to 86400 seconds.") }
    }

    func run() throws {
        do {
            if let message { try speak(message) } else { try hold() }
        } catch let error as HolderDoorError {
            StandardError.say("hold: \(error)")
            throw ExitCode.failure
        }
    }

    private func hold() throws {
        var holder = try Holder(grace: .seconds(grace))
        switch holder.run() {
        case .told, .lastOneLeft: break
        case .abandoned: StandardError.say("hold: no session for \(grace) s, closing the pod")
        }
    }

    private func speak(_ message: Message) throws {
        let reply = try HolderDoor.tell(message.said)
        let expected: HolderReply = message == .enter || message == .busy ? .open : .closed
        if reply != expected { throw ExitCode(3) }
    }
}

extension HoldCommand.Message {
    fileprivate var said: HolderMessage {
        switch self {
        case .enter: .enter
        case .leave: .leave
        case .busy: .busy
        case .done: .done
        }
    }
}
