package import Snapshots

extension ProbeInterruption {
    /// The child process that reads the driver did not finish: as a problem with its remedy.
    package var problem: AccessProblem {
        AccessProblem(
            kind: kind, gpu: gpuIndex, message: message, remedy: remedy, evidence: evidence,
            blocksDriver: gpuIndex == nil)
    }

    private var kind: String {
        switch cause {
        case .timedOut: isStillWorking ? "driver_slow" : "driver_timeout"
        case .stuckInKernel: "driver_stuck_in_kernel"
        case .crashed: isOfDriver ? "probe_crashed" : "probe_failed"
        case .exited: "probe_exited"
        case .garbage: "probe_garbage"
        case .cannotStart: "probe_cannot_start"
        case .driverClosed: "driver_closed"
        case .requestTooLarge: "request_too_large"
        }
    }

    /// `signal 11, SIGSEGV`, by Linux' numbers on x86-64 and arm64.
    private static func words(signal: Int32) -> String {
        let names: [Int32: String] = [
            4: "SIGILL", 5: "SIGTRAP", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL", 11: "SIGSEGV",
            15: "SIGTERM",
        ]
        return "signal \(signal)" + (names[signal].map { ", \($0)" } ?? "")
    }

    /// `in nvmlDeviceGetPowerUsage on GPU 3`, as far as it is known.
    private var place: String {
        let function = call.map { " in \($0)" } ?? ""
        return function + (gpuIndex.map { " on GPU \($0)" } ?? "")
    }

    private var seconds: String { Self.seconds(deadline) }

    /// With a decimal where it is no whole number.
    private static func seconds(_ time: Duration) -> String {
        let tenths = (time.components.seconds * 1_000 + time.components.attoseconds / 1_000_000_000_000_000) / 100
        return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }

    /// Opening a GPU is its driver's start, too.
    private var isAtStart: Bool {
        ["nvmlInit", "nvmlDeviceGetHandleBy"].contains { call?.hasPrefix($0) ?? false }
    }

    /// Whether it did not even get through the loading of the library.
    private var isAtLoading: Bool { call?.hasPrefix("dlopen") ?? false }

    private var message: String {
        isEarlier ? "\(event) That was in an earlier reading; this one did not get to the GPU." : event
    }

    private var event: String {
        switch cause {
        case .timedOut where isStillWorking && isAtStart:
            "The NVIDIA driver has not come back from its start within \(seconds)\(place): it starts slowly, or it hangs."
        case .timedOut where isStillWorking:
            "The NVIDIA driver is slow: it had not finished within \(seconds)\(place), but was making progress."
        case .timedOut: "The NVIDIA driver did not answer within \(seconds)\(place)."
        case .stuckInKernel(let process):
            "The NVIDIA driver did not answer within \(seconds)\(place); the process that asked (pid \(process.pid)) is stuck "
                + "inside the kernel and cannot be killed."
        case .crashed(let signal) where isOfDriver:
            "NVIDIA's library crashed\(place) (\(Self.words(signal: signal)))."
        case .crashed(let signal) where isKill:
            "The agent's own process that reads the node was killed\(place) (\(Self.words(signal: signal)))."
        case .crashed(let signal):
            "The agent's own process that reads the node crashed outside NVIDIA's library\(place) "
                + "(\(Self.words(signal: signal)))."
        case .exited(let code): "The process that reads the driver ended with exit code \(code)\(place)."
        case .garbage: "The process that reads the driver sent something unreadable\(place)."
        case .cannotStart(let code): "The process that reads the driver could not be started (errno \(code))."
        case .driverClosed: "A GPU of this node is being reset, so this agent keeps away from the driver."
        case .requestTooLarge:
            "The question names more GPUs or processes than one reading has room for: nothing was read."
        }
    }

    private var remedy: String {
        switch cause {
        case .timedOut where isStillWorking && isAtStart:
            "Ask again in some seconds: it continues meanwhile, and counts as hung after "
                + "\(Self.seconds(Self.patienceAtStart(deadline: deadline))). Without persistence mode a start takes seconds for "
                + "each GPU (enable nvidia-persistenced); Xid 119, 120 or 79 in the kernel log points to a hang."
        case .timedOut where isStillWorking:
            "Ask again in some seconds: it continues meanwhile. Without persistence mode the first access to each GPU takes seconds "
                + "(enable nvidia-persistenced); if it stays slow, raise --deadline."
        case .timedOut where gpuIndex == nil:
            "Treat the driver as hung: look in the kernel log for Xid 119, 120, 79 or 62 (GSP or bus failure), ask again once, "
                + "then drain the node and reboot it. Where nvidia-smi comes back it is only slow: enable persistence mode, or "
                + "raise --deadline."
        case .timedOut:
            "Treat the GPU as hung: look in the kernel log for Xid 119, 120, 79 or 62 (GSP or bus failure), ask again once, "
                + "then drain the node and reset the GPU or reboot."
        case .stuckInKernel:
            "Drain the node and reboot it: a reset needs the driver, which no longer answers. Keep the kernel stack below for "
                + "NVIDIA's support."
        case .crashed where isKill:
            "Something ended it, mostly the kernel for want of memory: look for its OOM killer in the log, and give the agent's "
                + "container more."
        case .crashed where call == nil:
            "This is a fault of the agent and says nothing of the driver: run `k8s-mcp-agent doctor` on the node and report its "
                + "output and the signal."
        case .crashed where isAtLoading:
            "The file is damaged or not made for this machine: compare it with the driver's package (dpkg --verify, rpm -V; "
                + "`k8s-mcp-agent doctor` lists the libraries found), install that driver again, or name another with "
                + "--nvml-library. Other tools that use NVML will crash as well."
        case .crashed:
            "Check that the library is the one that belongs to the loaded kernel module (doctor shows both versions), then "
                + "look in the kernel log; other tools that use NVML will crash as well."
        case .exited, .garbage:
            "Run `k8s-mcp-agent doctor` on the node and report its output: this should not happen."
        case .cannotStart:
            "Raise the limits on processes, memory and open files of the container the agent runs in."
        case .driverClosed: "Ask again when reset_gpu has answered; a reset takes seconds to minutes."
        case .requestTooLarge: "Name fewer of them, or leave gpu out for all GPUs."
        }
    }

    private var evidence: [String] {
        guard let process else { return [] }
        let state = process.state.map { "process state \($0)" }
        let channel = process.waitChannel.map { "sleeps in \($0)" }
        let stack = process.stack.isEmpty ? nil : "kernel stack: " + process.stack.joined(separator: " < ")
        return [state, channel, stack].compactMap { $0 }
    }
}
