import Testing

@testable import PodHolder

@Suite("Sessions are found by control group")
struct ContainerProcessesTests {
    private let pod = "4:memory:/kubepods/besteffort/pod1/c1\n3:cpu:/kubepods/besteffort/pod1/c1\n"

    private func found(in fake: FakeProc, ownPID: Int32 = 10) -> Int? {
        ContainerProcesses(procRoot: "\(fake.root)/proc", cgroupRoot: "\(fake.root)/cgroup", ownPID: ownPID)?
            .othersAlive()
    }

    @Test("processes of the same group count; the holder, other pods, zombies and the dead do not")
    func sameGroup() {
        let fake = FakeProc()
        fake.process(10, cgroup: pod)
        fake.process(11, cgroup: pod)
        fake.process(12, cgroup: pod, state: "Z")
        fake.process(13, cgroup: "4:memory:/kubepods/besteffort/pod2/c9\n")
        fake.process(14, cgroup: pod, name: "odd) Z (name")
        #expect(found(in: fake) == 2)
    }

    @Test("the group's own list is used where it names this process")
    func memberList() {
        let fake = FakeProc()
        let group = "0::/kubepods.slice/pod1.slice/c1.scope\n"
        fake.process(10, cgroup: group)
        fake.process(11, cgroup: group)
        fake.process(12, cgroup: group)
        fake.write("cgroup/kubepods.slice/pod1.slice/c1.scope/cgroup.procs", "0\n10\n12\n")
        #expect(found(in: fake) == 1)
    }

    @Test("a list that belongs to another group is not believed")
    func foreignList() {
        let fake = FakeProc()
        fake.process(10, cgroup: "0::/\n")
        fake.process(11, cgroup: "0::/\n")
        fake.write("cgroup/cgroup.procs", "1\n2\n3\n")
        #expect(found(in: fake) == 1)
    }

    @Test("no proc file system: nothing is claimed")
    func noProc() {
        #expect(found(in: FakeProc()) == nil)
    }
}
