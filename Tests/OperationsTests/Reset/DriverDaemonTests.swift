import Operations
import Snapshots
import Testing

/// By whose presence a rule is lifted.
@Suite struct DriverDaemonTests {
    static func process(
        _ program: String?, owner: Reading<HostProcessOwner> = .value(.unknown), uid: UInt32 = 0,
        namespace: String? = nil
    ) -> NodeProcess {
        var process = HostProcess(pid: 7, name: "nvidia-persiste", state: .sleeping)
        process.identity.executable = program.map(Reading.value) ?? .unavailable(.noPermission)
        process.owner = owner
        process.uid = .value(uid)
        return NodeProcess(process, pod: namespace.map { PodIdentity(uid: "u", namespace: $0, name: "p") })
    }

    private static let program = "/usr/bin/nvidia-persistenced"
    private static let pod = HostProcessOwner.pod(HostContainerReference(podUID: "u"))

    @Test func rootsOwnDaemonIsOne() {
        #expect(DriverDaemon.persistence.isSurely(Self.process(Self.program)))
        // It gives its rights away after it has started; its unit tells.
        let service = HostProcessOwner.service("nvidia-persistenced.service")
        #expect(DriverDaemon.persistence.isSurely(Self.process(nil, owner: .value(service), uid: 113)))
        #expect(
            DriverDaemon.persistence.isSurely(
                Self.process(Self.program, owner: .value(Self.pod), namespace: "gpu-operator")))
    }

    @Test func aNameIsNotEnough() {
        let strangers = [
            Self.process("/usr/bin/python3"), Self.process(nil), Self.process(Self.program, uid: 1_000),
            Self.process(Self.program, owner: .value(Self.pod), namespace: "tenant"),
            Self.process(Self.program, owner: .value(Self.pod)),
            Self.process(Self.program, owner: .value(.container(HostContainerReference()))),
            Self.process(Self.program, owner: .value(.userSession(uid: 0))),
            Self.process(Self.program, owner: .value(.slurmJob(id: "1", step: nil))),
            Self.process(Self.program, owner: .value(.service("train.service"))),
            Self.process(Self.program, namespace: "tenant"),
            Self.process(Self.program, owner: .unavailable(.noPermission)),
        ]
        for process in strangers {
            #expect(DriverDaemon.persistence.isNamed(process))
            #expect(!DriverDaemon.persistence.isSurely(process), "\(process)")
            #expect(!DriverDaemon.fabricManager.isNamed(process))
        }
    }
}
