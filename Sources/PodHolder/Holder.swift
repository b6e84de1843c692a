import CUnix

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Keeps a pod open for the sessions that are exec'd into it, and ends by itself when nobody uses it any more.
///
/// Whatever happens to the client, the pod's end needs nobody outside: this process looks for sessions, and the Job's
/// deadline and time to live do the rest.
package struct Holder: ~Copyable {
    /// Why it ended.
    package enum End: Sendable, Equatable {
        /// A signal asked for it.
        case told
        /// The last session has taken its leave.
        case lastOneLeft
        /// There was no session for the whole grace.
        case abandoned
    }

    private var state: HolderState
    private let processes: ContainerProcesses
    private let signals: Int32
    private let door: HolderDoor
    /// A signal has asked for the end.
    private var isTold = false
    /// It could not be the end yet.
    private var hasWaited = false

    /// - Parameter grace: how long to stay with no session in the pod.
    /// - Throws: ``HolderDoorError`` where the container's processes cannot be found.
    package init(grace: Duration) throws(HolderDoorError) {
        guard let processes = ContainerProcesses() else {
            throw HolderDoorError(description: "cannot read /proc/self/cgroup; hold needs Linux and a proc file system")
        }
        let signals = csystem_signal_pipe([SIGTERM, SIGINT, SIGHUP, SIGCHLD], 4)
        guard signals >= 0 else {
            throw HolderDoorError(description: "cannot catch signals: \(String(cString: strerror(errno)))")
        }
        self.processes = processes
        self.signals = signals
        door = HolderDoor()
        state = HolderState(grace: grace, openedAt: Self.now)
    }

    deinit { close(signals) }

    /// Returns when the pod may go.
    package mutating func run() -> End {
        while true {
            waitForNews()
            isTold = reapAndCheckSignals() || isTold
            let isClosed = answerTheDoor()
            // Who began what must not be broken off and was killed, says no more that it has ended.
            if isTold, state.busy == 0 || processes.othersAlive() == 0 {
                if hasWaited { seeOff() }
                return .told
            }
            hasWaited = hasWaited || isTold
            if isClosed {
                seeOff()
                return .lastOneLeft
            }
            state.observed(sessions: processes.othersAlive(), at: Self.now)
            if state.isAbandoned(at: Self.now) { return .abandoned }
        }
    }

    /// Lets the process that took its leave end by itself: as the first process of the pod this one takes all others along.
    private func seeOff() {
        for _ in 0..<100 where processes.othersAlive() > 0 {
            poll(nil, 0, 10)
            while waitpid(-1, nil, WNOHANG) > 0 {}
        }
    }

    private func waitForNews() {
        // poll(2) passes over the negative descriptor of a door that could not be opened.
        var sources = [signals, door.descriptor].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        let interval = state.interval.components
        let milliseconds = interval.seconds * 1_000 + interval.attoseconds / 1_000_000_000_000_000
        poll(&sources, nfds_t(sources.count), Int32(clamping: milliseconds))
    }

    /// As the first process of a pid namespace this one inherits every orphan, and has to bury it.
    private func reapAndCheckSignals() -> Bool {
        var isTold = false
        var number: UInt8 = 0
        while read(signals, &number, 1) == 1 { isTold = isTold || Int32(number) != SIGCHLD }
        while waitpid(-1, nil, WNOHANG) > 0 {}
        return isTold
    }

    private mutating func answerTheDoor() -> Bool {
        var state = self.state
        var isClosed = false
        door.answer { message in
            switch message {
            case .enter where !isClosed: state.entered(at: Self.now)
            case .enter: break
            case .leave: isClosed = state.left() || isClosed
            case .busy: state.began()
            case .done: isClosed = state.ended() || isClosed
            }
            return isClosed ? .closed : .open
        }
        self.state = state
        return isClosed
    }

    private static var now: Duration {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
