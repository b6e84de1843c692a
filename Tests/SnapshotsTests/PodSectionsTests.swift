import Testing

@testable import Snapshots

@Suite struct PodSectionsTests {
    /// The value after a walk through the encoder and the decoder.
    private func copy<Value: SnapshotCodable>(_ value: Value) throws -> Value {
        var bytes = [UInt8](repeating: 0, count: 64 << 10)
        var value = value
        let count = try bytes.withUnsafeMutableBytes { buffer in
            var encoder = SnapshotCoder(writingInto: buffer)
            try value.code(with: &encoder)
            return encoder.count
        }
        return try bytes[..<count].withUnsafeBytes { buffer in
            var decoder = SnapshotCoder(reading: buffer)
            var read = Value()
            try read.code(with: &decoder)
            #expect(decoder.isAtEnd)
            return read
        }
    }

    @Test(
        arguments: [
            .unknown, .service("nvidia-persistenced.service"), .userSession(uid: 1000),
            .slurmJob(id: "42", step: nil), .slurmJob(id: "42", step: "0"),
            .container(HostContainerReference(containerID: "c", runtime: .docker)),
            .pod(HostContainerReference(podUID: "u", containerID: "c", runtime: .crio, isMonitor: true)),
        ] as [HostProcessOwner])
    func processes(_ owner: HostProcessOwner) throws {
        let process = HostProcess(
            pid: 7, parentPID: 1, name: "a b", state: .uninterruptible, startTicks: .max, startedMicroseconds: -1,
            uid: .value(1000), innerPID: .unavailable(.notSupported), commandLine: .value("x"), owner: .value(owner),
            deviceNodes: .value(["nvidia0", "nvidiactl"]))
        var snapshot = ProcessesSnapshot()
        snapshot.processes = [
            NodeProcess(process, user: "ada", pod: PodIdentity(uid: "u", namespace: nil, name: "p", container: "c")),
            NodeProcess(HostProcess(pid: 9, name: "", state: nil)),
        ]
        snapshot.processCount = .value(3)
        snapshot.unreadableCount = 2
        snapshot.sharesProcessIDs = false
        #expect(try copy(snapshot) == snapshot)
    }

    @Test func pods() throws {
        var allocation = DeviceAllocation()
        allocation.pod = "p"
        allocation.resource = "nvidia.com/gpu"
        allocation.deviceIDs = ["GPU-1", "GPU-2"]
        allocation.isInCheckpoint = true
        allocation.isLive = false
        var snapshot = PodsSnapshot()
        snapshot.podResources = KubeletSource(.failed, path: "/x", detail: "y")
        snapshot.allocations = [allocation, DeviceAllocation()]
        #expect(try copy(snapshot) == snapshot)
    }

    @Test func facts() throws {
        var facts = NodeFacts()
        facts.hostname = .value("n")
        facts.cgroupVersion = .value(2)
        facts.bootedMicroseconds = .unavailable(.noPermission)
        facts.containerRuntimes = ["containerd"]
        facts.distribution = "k3s"
        facts.labels = ["a=b"]
        #expect(try copy(facts) == facts)
    }

    @Test func processesAreTakenOverOnce() {
        var snapshot = ProcessesSnapshot()
        snapshot.processes = [NodeProcess(HostProcess(pid: 5, name: "five", state: nil))]
        snapshot.add([5, 3].map { NodeProcess(HostProcess(pid: $0, name: "other", state: nil)) })
        #expect(snapshot.processes.map(\.process.pid) == [3, 5])
        #expect(snapshot.processes.last?.process.name == "five")
    }
}
