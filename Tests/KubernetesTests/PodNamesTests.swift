import HostNode
import Snapshots
import Testing

@testable import Kubernetes

@Suite struct PodNamesTests {
    private let uid = recordedUID(7)
    private let id = recordedID(7)

    private func names(_ entries: [String: InMemoryHostFiles.Entry]) -> Kubernetes.PodNames {
        Kubernetes.PodNames(InMemoryHostFiles(entries))
    }

    @Test func foldersOfLogs() {
        let names = names([
            "/var/log/pods/space_pod-0_\(uid)/main/0.log": .text(""),
            "/var/log/containers/pod-0_space_main-container-\(id).log": .symlink("/var/log/pods/x"),
        ])
        #expect(names.pod(uid: uid) == PodIdentity(uid: uid, namespace: "space", name: "pod-0"))
        #expect(names.uid(namespace: "space", name: "pod-0") == uid)
        let found = names.identity(of: HostContainerReference(podUID: uid, containerID: id))
        #expect(found == PodIdentity(uid: uid, namespace: "space", name: "pod-0", container: "main-container"))
    }

    /// A StatefulSet gives the name again: which of them is meant cannot be told by the name.
    @Test func oneNameTwice() {
        let names = names([
            "/var/log/pods/space_pod-0_\(recordedUID(1))": .directory,
            "/var/log/pods/space_pod-0_\(recordedUID(2))": .directory,
        ])
        #expect(names.uid(namespace: "space", name: "pod-0") == nil)
        #expect(names.uids(namespace: "space", name: "pod-0").count == 2)
        #expect(names.pod(uid: recordedUID(2))?.name == "pod-0")
    }

    @Test(arguments: ["a_b", "a_b_c_d", "_b_c", "a__c", "a b_c_d", "a\u{1b}_b_c", "a_b_"])
    func foldersOfOtherThings(_ folder: String) {
        let names = names(["/var/log/pods/\(folder)": .directory])
        #expect(names.pod(uid: "c") == nil)
        #expect(names.pod(uid: "d") == nil)
        #expect(names.pod(uid: "") == nil)
    }

    @Test func uidWithoutAnyName() {
        let found = names([:]).identity(of: HostContainerReference(podUID: uid, containerID: id))
        #expect(found == PodIdentity(uid: uid))
        #expect(names([:]).identity(of: HostContainerReference(containerID: id)) == nil)
    }

    /// What a runtime's file says is not trusted: names that cannot be are left out.
    @Test func statesOfRuntimes() {
        func files(_ text: String) -> InMemoryHostFiles {
            InMemoryHostFiles(["/run/containerd/io.containerd.runtime.v2.task/k8s.io/\(id)/config.json": .text(text)])
        }
        let good = """
            {"annotations": {"io.kubernetes.cri.sandbox-name": "p", "io.kubernetes.cri.sandbox-namespace": "n", \
            "io.kubernetes.cri.container-name": "bad name"}}
            """
        #expect(ContainerState.identity(of: id, files(good)) == PodIdentity(namespace: "n", name: "p"))
        #expect(ContainerState.identity(of: id, files("{")) == nil)
        #expect(ContainerState.identity(of: id, files("{\"annotations\": []}")) == nil)
        #expect(ContainerState.identity(of: "../../etc", files(good)) == nil)
    }

    @Test func docker() {
        let text = """
            {"Config": {"Labels": {"io.kubernetes.pod.name": "p", "io.kubernetes.pod.namespace": "n", \
            "io.kubernetes.pod.uid": "\(uid)", "io.kubernetes.container.name": "c"}}}
            """
        let files = InMemoryHostFiles(["/var/lib/docker/containers/\(id)/config.v2.json": .text(text)])
        #expect(
            ContainerState.identity(of: id, files)
                == PodIdentity(uid: uid, namespace: "n", name: "p", container: "c"))
    }

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
