internal import HostNode
internal import Snapshots

/// The reset without the driver, by files of sysfs (Documentation/ABI/testing/sysfs-bus-pci): each step begins only when what
/// the one before promised was read back.
///
/// nvidia.ko registers no error handlers, so a reset under a bound driver is never coordinated with it, and an unbind with an
/// open client sleeps without end: hence the unbind lock first, which the driver gives only for a GPU that nobody uses.
struct KernelReset {
    let order: ResetOrder
    let controls: any NodeControls
    var runner: StepRunner
    private var hasLock = false
    /// Whether the GPU's runtime power management was on.
    private var maySleep = false
    private var unbound: [PCIFunction] = []

    init(order: ResetOrder, controls: any NodeControls, runner: StepRunner) {
        self.order = order
        self.controls = controls
        self.runner = runner
    }

    mutating func run() async throws(ResetFailure) {
        try await keepAwake()
        do throws(ResetFailure) { try await resetAwake() } catch {
            if error.state != .needsReboot { await letSleep() }
            throw error
        }
        await letSleep()
    }

    private mutating func resetAwake() async throws(ResetFailure) {
        do throws(ResetFailure) {
            try await takeLock()
            try await unbindAll()
        } catch {
            // A child that sleeps in an unbind holds the device's lock: nothing more may be asked of this device.
            if error.state != .needsReboot { await putBack() }
            throw error
        }
        let refusal: ResetFailure?
        do throws(ResetFailure) {
            refusal = try await resetHardware()
        } catch {
            if error.state != .needsReboot { await putBack() }
            throw error
        }
        try await bindAll()
        if let refusal { throw refusal }
    }

    private var functions: [PCIFunction] {
        order.siblings.filter { !$0.driver.isEmpty } + [PCIFunction(address: order.gpu, driver: order.driver)]
    }

    /// One write; returns what the kernel refused it with, nil for done.
    private mutating func apply(
        _ control: HostControl, isRestoring: Bool = false
    ) async throws(ResetFailure) -> Int32? {
        var outcome = ControlOutcome.done
        let controls = controls
        _ = try await runner.take(ResetStep(control, isRestoring: isRestoring)) {
            outcome = await controls.apply(control)
            return outcome.problem
        }
        switch outcome {
        case .done: return nil
        case .failed(let code): return code
        case .timedOut(let child): throw .hung("the write \"\(control)\"", child)
        }
    }
}

// MARK: Before

extension KernelReset {
    private mutating func keepAwake() async throws(ResetFailure) {
        let control = HostControl.power(order.gpu, .on)
        guard controls.files.exists(control.path) else { return }
        let before = (try? controls.files.read(control.path, limit: 64)).map(Self.text)
        maySleep = before == HostControl.PowerControl.auto.rawValue
        _ = try await apply(control)
    }

    /// Gives the power management back that was there before.
    private mutating func letSleep() async {
        let control = HostControl.power(order.gpu, .auto)
        guard maySleep, controls.files.exists(control.path) else { return }
        _ = try? await apply(control, isRestoring: true)
    }

    private mutating func takeLock() async throws(ResetFailure) {
        guard order.driver == "nvidia" else { return }
        let lock = HostControl.unbindLock(order.gpu, held: true)
        let refusal = try await apply(lock)
        let value = (try? controls.files.read(lock.path, limit: 64)).map(Self.text)
        // The kernel's "write succeeded" says nothing: what counts is the file.
        hasLock = value == "1"
        guard !hasLock else { return }
        throw ResetFailure(
            .untouched, "lock_refused",
            "nvidia.ko did not give the unbind lock (\(refusal.map { "errno \($0)" } ?? "it reads \(value ?? "nothing")")): "
                + "somebody still has the GPU open",
            remedy: "find the client with list_gpu_processes, also in other containers and in the kernel (nvidia_drm, "
                + "nvidia_peermem), stop it and plan again")
    }

    private mutating func unbindAll() async throws(ResetFailure) {
        for function in functions where !function.driver.isEmpty {
            let refusal = try await apply(.unbind(function.address, driver: function.driver))
            guard refusal == nil, boundDriver(function.address) == nil else {
                throw ResetFailure(
                    .untouched, "unbind_failed",
                    "\(function.driver) could not be unbound from \(function.address)"
                        + (refusal.map { " (errno \($0))" } ?? ": it is still bound"),
                    remedy: "look at the kernel log; if it persists, reboot the node")
            }
            unbound.append(function)
        }
    }

    /// Gives back what was taken before anything was reset.
    private mutating func putBack() async {
        for function in unbound { _ = try? await apply(.probeDrivers(function.address), isRestoring: true) }
        if hasLock, boundDriver(order.gpu) != nil {
            _ = try? await apply(.unbindLock(order.gpu, held: false), isRestoring: true)
        }
    }

    private func boundDriver(_ address: BusID) -> String? {
        guard let target = try? controls.files.link("/sys/bus/pci/devices/\(address)/driver") else { return nil }
        return target.split(separator: "/").last.map(String.init)
    }

    private static func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.filter { $0 > 0x20 && $0 < 0x7f }, as: UTF8.self)
    }
}

// MARK: The reset and after

extension KernelReset {
    /// The function's own reset, or the bus' when that is missing or fails. Returns why neither was done, nil when one was.
    private mutating func resetHardware() async throws(ResetFailure) -> ResetFailure? {
        var problems: [String] = []
        let function = HostControl.reset(order.gpu)
        if controls.files.exists(function.path) {
            let refusal = try await apply(function)
            if refusal == nil, answers(order.gpu) { return nil }
            problems.append(
                refusal.map { "the function's reset: errno \($0)" } ?? "after the function's reset it does not answer")
        } else {
            problems.append("the kernel has no reset method for this function")
        }
        guard let problem = try await resetBus() else { return nil }
        problems.append(problem)
        if !answers(order.gpu) { return try await findAgain(problems) }
        return ResetFailure(
            .uncertain, "no_reset", problems.joined(separator: "; "), remedy: "reboot the node; the GPU was not reset")
    }

    /// Nil when the bus was reset and the GPU answers.
    private mutating func resetBus() async throws(ResetFailure) -> String? {
        guard let bridge = order.bridge else { return "there is no bridge above whose bus could be reset" }
        guard order.isAloneBelowBridge else {
            return "other devices are below bridge \(bridge), so its bus is not reset"
        }
        let control = HostControl.resetSubordinate(bridge)
        guard controls.files.exists(control.path) else {
            return "this kernel cannot reset the bus below \(bridge) (reset_subordinate came with Linux 6.13)"
        }
        if let refusal = try await apply(control) { return "the reset of the bus below \(bridge): errno \(refusal)" }
        return answers(order.gpu) ? nil : "after the reset of the bus below \(bridge) it does not answer"
    }

    /// A device that reads as all ones is taken out and looked for anew; nil when it came back.
    private mutating func findAgain(_ problems: [String]) async throws(ResetFailure) -> ResetFailure? {
        try await rescan()
        guard !answers(order.gpu) else { return nil }
        throw ResetFailure(
            .needsReboot, "lost",
            "the GPU does not answer any more: \(problems.joined(separator: "; ")); "
                + "nor did the kernel find it again",
            remedy:
                "reboot the node; if the GPU stays away, cut the node's power for a minute (a warm reboot may not reset it)"
        )
    }

    private mutating func rescan() async throws(ResetFailure) {
        // To remove what a driver has is to unbind it, and without the lock that can sleep without end.
        for function in functions where boundDriver(function.address) == nil {
            _ = try await apply(.remove(function.address))
        }
        _ = try await apply(.rescan)
    }

    private mutating func bindAll() async throws(ResetFailure) {
        for function in functions { try await bind(function) }
        guard let missing = notBound() else { return }
        // The driver may have refused a device that the kernel remembers wrongly: found anew, it gets one more chance.
        try await rescan()
        for function in functions { try await bind(function) }
        guard notBound() != nil else { return }
        throw ResetFailure(
            .needsReboot, "not_bound",
            answers(order.gpu)
                ? "the driver \(missing.driver) does not take \(missing.address) any more"
                : "the kernel did not find \(order.gpu) again after the rescan",
            remedy:
                "look for RmInitAdapter, \"failed to assign\" and \"no space\" in the kernel log, then reboot the node; if "
                + "the GPU stays away, cut its power")
    }

    private mutating func bind(_ function: PCIFunction) async throws(ResetFailure) {
        guard boundDriver(function.address) == nil else { return }
        _ = try await apply(.probeDrivers(function.address), isRestoring: true)
    }

    private func notBound() -> PCIFunction? {
        functions.first { boundDriver($0.address) != ($0.driver.isEmpty ? "nvidia" : $0.driver) }
    }

    /// Whether the first two bytes of the configuration space are NVIDIA's vendor id and not all ones.
    private func answers(_ address: BusID) -> Bool {
        (try? controls.files.head("/sys/bus/pci/devices/\(address)/config", limit: 2)) == [0xde, 0x10]
    }
}

extension ControlOutcome {
    fileprivate var problem: String? {
        switch self {
        case .done: nil
        case .failed(let code): "errno \(code)"
        case .timedOut(let child): child.wasKilled ? "timed out" : "timed out, cannot be killed (process \(child.pid))"
        }
    }
}
