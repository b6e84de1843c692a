import Snapshots
import Testing

@testable import HostNode

@Suite struct CgroupFileTests {
    static let id = String(repeating: "0a1b2c3d", count: 8)
    static let other = String(repeating: "ffeeddcc", count: 8)
    static let uid = "1f2e3d4c-5b6a-7980-aabb-ccddeeff0011"
    static let slice = "1f2e3d4c_5b6a_7980_aabb_ccddeeff0011"
    static let hash = "0123456789abcdef0123456789abcdef"

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String
        let owner: HostProcessOwner

        init(_ name: String, _ text: String, _ owner: HostProcessOwner) {
            testDescription = name
            self.text = text
            self.owner = owner
        }

        init(
            _ name: String, _ text: String, pod: String? = uid, id: String? = id,
            runtime: HostContainerReference.Runtime?, isMonitor: Bool = false
        ) {
            let reference = HostContainerReference(
                podUID: pod, containerID: id, runtime: runtime, isMonitor: isMonitor)
            self.init(name, text, pod == nil ? .container(reference) : .pod(reference))
        }
    }

    static let rows: [Row] = [
        Row("cgroupfs v2 guaranteed", "0::/kubepods/pod\(uid)/\(id)\n", runtime: nil),
        Row("cgroupfs v2 burstable", "0::/kubepods/burstable/pod\(uid)/\(id)", runtime: nil),
        Row("cgroupfs v2 best effort", "0::/kubepods/besteffort/pod\(uid)/\(id)", runtime: nil),
        Row(
            "systemd containerd",
            "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod\(slice).slice/cri-containerd-\(id).scope",
            runtime: .containerd),
        Row(
            "systemd guaranteed", "0::/kubepods.slice/kubepods-pod\(slice).slice/cri-containerd-\(id).scope",
            runtime: .containerd),
        Row(
            "cgroup v1",
            """
            12:freezer:/kubepods/besteffort/pod\(uid)/\(id)
            4:memory:/kubepods/besteffort/pod\(uid)/\(id)
            1:name=systemd:/system.slice/containerd.service
            """, runtime: nil),
        Row(
            "hybrid",
            """
            3:pids:/kubepods.slice/kubepods-pod\(slice).slice/cri-containerd-\(id).scope
            0::/
            """, runtime: .containerd),
        Row("CRI-O", "0::/kubepods.slice/kubepods-pod\(slice).slice/crio-\(id).scope", runtime: .crio),
        Row(
            "CRI-O with crun", "0::/kubepods.slice/kubepods-pod\(slice).slice/crio-\(id).scope/container",
            runtime: .crio),
        Row(
            "CRI-O conmon",
            "0::/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod\(slice).slice/crio-conmon-\(id).scope",
            runtime: .crio, isMonitor: true),
        Row("cri-dockerd", "0::/kubepods.slice/kubepods-pod\(slice).slice/docker-\(id).scope", runtime: .docker),
        Row(
            "colon form",
            "0::/system.slice/containerd.service/kubepods-burstable-pod\(slice).slice:cri-containerd:\(id)",
            runtime: .containerd),
        Row(
            "kind", "0::/docker/\(other)/kubelet/kubepods/burstable/pod\(uid)/\(id)", runtime: nil),
        Row(
            "kind with systemd",
            "0::/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-besteffort.slice/"
                + "kubelet-kubepods-besteffort-pod\(slice).slice/cri-containerd-\(id).scope", runtime: .containerd),
        Row(
            "docker in a pod", "0::/kubepods/burstable/pod\(uid)/\(id)/docker/\(other)", runtime: nil),
        Row(
            "systemd in a pod", "0::/kubepods/burstable/pod\(uid)/\(id)/system.slice/sshd.service", runtime: nil),
        Row("static pod", "0::/kubepods/burstable/pod\(hash)/\(id)", pod: hash, runtime: nil),
        Row("pod without container", "0::/kubepods/burstable/pod\(uid)", id: nil, runtime: nil),
        Row("foreign namespace", "0::/../../pod\(uid)/\(id)", runtime: nil),
        Row("foreign namespace, other class", "0::/../../../besteffort/pod\(uid)/\(id)", runtime: nil),
        Row("docker", "0::/docker/\(id)", pod: nil, runtime: nil),
        Row("docker with systemd", "0::/system.slice/docker-\(id).scope", pod: nil, runtime: .docker),
        Row("podman", "0::/machine.slice/libpod-\(id).scope/container", pod: nil, runtime: .podman),
        Row(
            "podman conmon", "0::/machine.slice/libpod-conmon-\(id).scope", pod: nil, runtime: .podman,
            isMonitor: true),
        Row("slurm", "0::/system.slice/slurmstepd.scope/job_42/step_0/user/task_0", .slurmJob(id: "42", step: "0")),
        Row("slurm v1", "9:memory:/slurm/uid_1000/job_7/step_batch\n0::/", .slurmJob(id: "7", step: "batch")),
        Row("user", "0::/user.slice/user-1000.slice/session-3.scope", .userSession(uid: 1000)),
        Row(
            "user service", "0::/user.slice/user-1000.slice/user@1000.service/app.slice/a.service",
            .userSession(uid: 1000)),
        Row("service", "0::/system.slice/nvidia-persistenced.service", .service("nvidia-persistenced.service")),
        Row("root", "0::/", .unknown),
        Row("init", "0::/init.scope", .unknown),
        Row("short id", "0::/docker/\(id.dropLast())", .unknown),
        Row("long id", "0::/docker/\(id)0", .unknown),
        Row("a pod by chance", "0::/system.slice/pod\(uid).service", .service("pod\(uid).service")),
        Row("empty", "", .unknown),
        Row("no colons", "garbage", .unknown),
    ]

    @Test(arguments: rows) func knowsTheOwner(_ row: Row) {
        #expect(CgroupFile.owner(Array(row.text.utf8)) == row.owner)
    }

    @Test func cutAndBinaryFilesAreSurvived() {
        for row in Self.rows {
            for length in 0..<row.text.utf8.count { _ = CgroupFile.owner(Array(row.text.utf8.prefix(length))) }
        }
        var random = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            let noise = (0..<200).map { _ in "0:/pod-_af\n\u{0}".utf8.randomElement(using: &random) ?? 0 }
            _ = CgroupFile.owner(noise)
        }
        #expect(CgroupFile.owner([UInt8](repeating: UInt8(ascii: "/"), count: 1 << 20)) == .unknown)
        #expect(
            CgroupFile.owner(Array("0::/kubepods".utf8) + [UInt8](repeating: UInt8(ascii: "a"), count: 1 << 20))
                == .unknown)
    }
}
