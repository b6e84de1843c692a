/// One process of the node, by its id in the node's own namespace.
package struct HostProcess: Sendable, Hashable {
    /// The kernel's state letter (proc_pid_stat(5)).
    package enum State: String, Sendable, Hashable {
        case running = "R"
        case sleeping = "S"
        /// Waits in the kernel and cannot even be killed; if it lasts, a driver is stuck.
        case uninterruptible = "D"
        case stopped = "T"
        case traced = "t"
        /// Ended, but not yet fetched by its parent; or its last threads are still stuck in the kernel.
        case zombie = "Z"
        case dead = "X"
        case idle = "I"
    }

    package var pid: Int32
    package var parentPID: Int32
    /// At most 15 characters, as the kernel and Xid lines have it.
    package var name: String
    /// Nil for a letter that this agent does not know.
    package var state: State?
    package var isKernelThread: Bool
    /// Clock ticks from boot (100 a second); with the pid it tells a process from a later one of the same number.
    package var startTicks: UInt64
    /// Microseconds since 1970-01-01 UTC, exact to about a second; nil without a boot time.
    package var startedMicroseconds: Int64?
    /// The effective user.
    package var uid: Reading<UInt32>
    /// The process id inside its innermost namespace, as seen in its container; the same as `pid` outside of one.
    package var innerPID: Reading<Int32>
    /// The program as it was called, with the script or module that it runs, at most about 256 bytes; no other arguments, which
    /// may be secrets. Empty for zombies and kernel threads.
    package var commandLine: Reading<String>
    /// What its cgroup says it belongs to.
    package var owner: Reading<HostProcessOwner>
    /// The NVIDIA device nodes that it holds open, sorted, each once: `nvidia0`, `nvidiactl`, `nvidia-uvm`,
    /// `nvidia-caps/nvidia-cap2`.
    package var deviceNodes: Reading<[String]>
    /// The NVIDIA device nodes that are mapped into its memory, which can outlive their descriptors, named and sorted in the
    /// same way. Read only where mappings were asked for.
    package var mappedNodes: Reading<[String]> = .unavailable(.notRead)
    /// What it is, by facts that a program cannot choose freely.
    package var identity = HostProcessIdentity()

    package init(
        pid: Int32, parentPID: Int32 = 0, name: String, state: State?, isKernelThread: Bool = false,
        startTicks: UInt64 = 0, startedMicroseconds: Int64? = nil, uid: Reading<UInt32> = .unavailable(.notRead),
        innerPID: Reading<Int32> = .unavailable(.notRead), commandLine: Reading<String> = .unavailable(.notRead),
        owner: Reading<HostProcessOwner> = .unavailable(.notRead),
        deviceNodes: Reading<[String]> = .unavailable(.notRead)
    ) {
        self.pid = pid
        self.parentPID = parentPID
        self.name = name
        self.state = state
        self.isKernelThread = isKernelThread
        self.startTicks = startTicks
        self.startedMicroseconds = startedMicroseconds
        self.uid = uid
        self.innerPID = innerPID
        self.commandLine = commandLine
        self.owner = owner
        self.deviceNodes = deviceNodes
    }

    /// The minor numbers of the GPUs whose device node it holds open, the N of /dev/nvidiaN.
    package var gpuMinors: [UInt32] { Self.gpuMinors(deviceNodes) }

    /// The same for the device nodes that are mapped into its memory.
    package var mappedGPUMinors: [UInt32] { Self.gpuMinors(mappedNodes) }

    private static func gpuMinors(_ nodes: Reading<[String]>) -> [UInt32] {
        (nodes.value ?? []).compactMap { $0.hasPrefix("nvidia") ? UInt32($0.dropFirst(6)) : nil }
    }
}

/// What a process is, by facts of the kernel: its name alone could be anything.
package struct HostProcessIdentity: Sendable, Hashable {
    /// The program's file as its own mount namespace has it; ` (deleted)` at the end where the file is gone. None for kernel
    /// threads and zombies.
    package var executable: Reading<String> = .unavailable(.notRead)
    /// Its process ids, from the namespace of /proc to its innermost one; 1 at the end is the first process of a container.
    package var namespacePIDs: Reading<[Int32]> = .unavailable(.notRead)
    /// The process of which this is a thread; its own id where it is none.
    package var threadGroupID: Reading<Int32> = .unavailable(.notRead)
    /// Threads, of a zombie those that still live: then it still holds what it held.
    package var threadCount: Reading<Int32> = .unavailable(.notRead)

    package init() {}
}

/// Where in the kernel a process waits.
package struct HostKernelWait: Sendable, Hashable {
    /// The function, from /proc/<pid>/wchan; not supported while it runs.
    package var channel: Reading<String>
    /// From /proc/<pid>/stack, innermost first, for example `os_acquire_semaphore+0x1c/0x30 [nvidia]`. Needs root.
    package var stack: Reading<[String]>

    package init(channel: Reading<String>, stack: Reading<[String]>) {
        self.channel = channel
        self.stack = stack
    }
}

/// The processes that hold NVIDIA device nodes open.
package struct HostDeviceHolders: Sendable, Hashable {
    /// By process id.
    package var processes: [HostProcess]
    /// All processes of the node.
    package var processCount: Int
    /// Those whose open files could not be looked at: with any, the list of holders may be short.
    package var unreadableCount: Int
    /// Those that were left out because looking at more had cost too much; the list may be short as well.
    package var unscannedCount: Int

    package init(processes: [HostProcess], processCount: Int, unreadableCount: Int, unscannedCount: Int = 0) {
        self.processes = processes
        self.processCount = processCount
        self.unreadableCount = unreadableCount
        self.unscannedCount = unscannedCount
    }

    /// Whether every holder is in the list.
    package var isComplete: Bool { unreadableCount == 0 && unscannedCount == 0 }
}
