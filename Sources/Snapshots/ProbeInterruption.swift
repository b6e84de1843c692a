/// Why a reading is incomplete: the probe's child process did not get to its end.
package struct ProbeInterruption: Sendable, Equatable {
    /// What happened to the child process.
    package enum Cause: Sendable, Equatable {
        /// The deadline passed, or one call took most of it. The child was killed unless it was still making progress.
        case timedOut
        /// The deadline passed and the child cannot be killed: it sleeps inside the kernel, as a hung driver makes it.
        case stuckInKernel(StuckProcess)
        /// A signal ended it: a crash inside the driver's library where a call is named, else one of the agent's own.
        case crashed(signal: Int32)
        /// It ended by itself.
        case exited(code: Int32)
        /// It wrote something that no probe writes.
        case garbage
        /// It could not be started (`errno`).
        case cannotStart(code: Int32)
        /// The agent keeps away from the driver for now, since a GPU is being reset.
        case driverClosed
        /// The request names more than one message has room for; nobody was asked.
        case requestTooLarge
    }

    package var cause: Cause
    /// The function that it was in: NVML's, such as `nvmlDeviceGetPowerUsage`, or `dlopen(PATH)` of its library; nil if in none.
    package var call: String?
    /// The GPU (NVML index) that it was reading; nil if none.
    package var gpuIndex: UInt32?
    /// The deadline that held for the request.
    package var deadline: Duration
    /// What the kernel said of the child when its time was up; nil if it was not asked.
    package var process: StuckProcess?
    /// True when the child was left to go on, because it had not stopped making progress: asking again can help.
    package var isStillWorking = false
    /// True where an earlier reading met it and this one did not get to the GPU.
    package var isEarlier = false

    package init(cause: Cause, call: String? = nil, gpuIndex: UInt32? = nil, deadline: Duration) {
        self.cause = cause
        self.call = call
        self.gpuIndex = gpuIndex
        self.deadline = deadline
    }

    /// How long the driver's start, or that of a GPU, may take before it counts as hung: seconds, however short the deadline
    /// that was chosen for answers.
    package static func patienceAtStart(deadline: Duration) -> Duration { max(deadline * 4, .seconds(12)) }

    /// Whether the driver hung, or crashed in one of its own functions or as its library was loaded, and nothing else kept the
    /// child.
    package var isOfDriver: Bool {
        switch cause {
        case .timedOut: true
        case .crashed: call != nil && !isKill
        default: false
        }
    }

    /// Whether somebody ended the child: no fault of a process itself raises SIGKILL (9) or SIGTERM (15).
    package var isKill: Bool {
        guard case .crashed(let signal) = cause else { return false }
        return signal == 9 || signal == 15
    }

    /// Whether the child cannot even be killed.
    package var isStuck: Bool { if case .stuckInKernel = cause { true } else { false } }
}

/// A child process that SIGKILL does not end, and what the kernel says of it.
package struct StuckProcess: Sendable, Equatable {
    package var pid: Int32
    /// State letter of /proc/PID/stat: D is uninterruptible sleep; nil if unreadable.
    package var state: String?
    /// The kernel function in which it sleeps (/proc/PID/wchan); nil if unreadable.
    package var waitChannel: String?
    /// Its kernel stack (/proc/PID/stack, root only), innermost function first; empty if unreadable.
    package var stack: [String]

    package init(pid: Int32, state: String?, waitChannel: String?, stack: [String]) {
        self.pid = pid
        self.state = state
        self.waitChannel = waitChannel
        self.stack = stack
    }
}
