internal import Diagnosis
internal import EventLoop
internal import Probe
internal import ProbeProtocol
internal import Snapshots
internal import Synchronization

/// A node with its kernel log, and with what the driver could say of its GPUs in the little time that it was given.
struct FaultReading {
    let snapshot: NodeSnapshot
    /// Nil where the log cannot be read; the snapshot says why.
    let log: NodeLog?
    let problems: [AccessProblem]
    /// The GPUs that NVML lists; nil where it did not answer.
    let listed: Set<UInt64>?
}

extension NodeSnapshot {
    /// These addresses of GPUs and those of the PCIe ports above them, whose faults are the GPUs' as well.
    func withPorts(_ places: Set<UInt64>) -> Set<UInt64> {
        let devices = (devices?.pci.value ?? []).filter { places.contains($0.busID.slot) }
        return places.union(devices.compactMap { $0.upstream?.busID.slot })
    }
}

extension ToolContext {
    /// How long the driver may take after the log was read, at least. It is asked at the same time; names are all that it adds.
    private static let patience: Duration = .milliseconds(50)

    /// Reads the kernel log and names of GPUs, without ever waiting for a driver that does not answer.
    func readFaults() async -> FaultReading {
        let (probe, loop) = (probe, loop)
        let driver = Task(executorPreference: loop) {
            await probe.read(ProbeRequest([.driver, .recoveryAction]))
        }
        let start = MonotonicTime.now
        var snapshot = await hostProbe.read(ProbeRequest([.host, .devices, .kernelLog]))
        let log = await readLog(snapshot, by: hostProbe)
        // On a machine so busy that the log takes long, the driver may as well.
        let patience = max(Self.patience, MonotonicTime.now.duration(since: start) * 4)
        guard let answered = await Patience.value(of: driver, within: patience, on: loop) else {
            return FaultReading(
                snapshot: snapshot.withHostGPUs, log: log, problems: [Self.slowDriver] + snapshot.accessProblems,
                listed: nil)
        }
        let interruption = snapshot.interruption
        snapshot.driver = answered.driver
        snapshot.gpus = answered.gpus
        snapshot.interruption = interruption ?? answered.interruption
        let whole = snapshot.withAllIdentities
        let isListed = whole.driver.state.outcome == .ready && answered.interruption == nil
        return FaultReading(
            snapshot: whole.withHostGPUs, log: log, problems: whole.accessProblems,
            listed: isListed ? Set(whole.gpus.filter { $0.refusal == nil }.compactMap { $0.busID.value?.slot }) : nil)
    }

    private static let slowDriver = AccessProblem(
        kind: "driver_not_awaited",
        message:
            "The driver had not answered when the log was read: GPUs are named as /proc and the log have them, and whether a "
            + "fault was recovered since is known from Xid 154 only.",
        remedy:
            "Ask again, since the driver may only have been slow to start; get_gpu_health finds out whether it hangs.")
}

/// Waits, but not for ever.
enum Patience {
    /// The task's value, or nil if that takes longer. The task goes on all the same.
    static func value<Value: Sendable>(
        of task: Task<Value, Never>, within patience: Duration, on loop: EventLoop
    ) async -> Value? {
        await withCheckedContinuation { continuation in
            let first = FirstOnly(continuation)
            let alarm = Task(executorPreference: loop) {
                guard (try? await loop.sleep(for: patience)) != nil else { return }
                first.resume(nil)
            }
            Task(executorPreference: loop) {
                first.resume(await task.value)
                alarm.cancel()
            }
        }
    }

    /// A continuation that the first of two resumes.
    private final class FirstOnly<Value: Sendable>: Sendable {
        private let continuation: Mutex<CheckedContinuation<Value?, Never>?>

        init(_ continuation: CheckedContinuation<Value?, Never>) { self.continuation = Mutex(continuation) }

        func resume(_ value: Value?) {
            let waiting = continuation.withLock { continuation in
                let waiting = continuation
                continuation = nil
                return waiting
            }
            waiting?.resume(returning: value)
        }
    }
}
