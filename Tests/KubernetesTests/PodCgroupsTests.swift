import HostNode
import Testing

@testable import Kubernetes

@Suite struct PodCgroupsTests {
    private let uid = recordedUID(7)

    @Test func cgroupsOfPods() {
        let pod = String(uid.map { $0 == "-" ? "_" : $0 })
        let places = [
            "/sys/fs/cgroup/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod\(pod).slice",
            "/sys/fs/cgroup/kubepods.slice/kubepods-pod\(pod).slice", "/sys/fs/cgroup/kubepods/burstable/pod\(uid)",
            "/sys/fs/cgroup/memory/kubepods/pod\(uid)",
            "/sys/fs/cgroup/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/kubelet-kubepods-burstable-pod\(pod).slice",
        ]
        for place in places {
            let cgroups = PodCgroups(InMemoryHostFiles([place: .directory]))
            #expect(cgroups.isLive(uid) == true, "\(place)")
            #expect(cgroups.isLive(recordedUID(8)) == false)
        }
        #expect(PodCgroups(InMemoryHostFiles()).isLive(uid) == nil)
    }
}
