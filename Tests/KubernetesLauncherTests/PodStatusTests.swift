import JSON
import Testing

@testable import KubernetesLauncher

@Suite("What a pod's status means")
struct PodStatusTests {
    private func verdict(_ status: JSONValue, deletion: Bool = false, image: String = "img:1") -> PodVerdict? {
        var metadata = JSONObject([("name", "p-1")])
        if deletion { metadata.append("deletionTimestamp", "2026-11-22T10:00:00Z") }
        let pod: JSONValue = [
            "kind": "Pod", "metadata": .object(metadata),
            "spec": ["containers": [["name": "agent", "image": .string(image)]]],
            "status": status,
        ]
        return PodStatus(pod)?.verdict(image: "img:1")
    }

    private func waiting(_ reason: String, _ message: String) -> JSONValue {
        [
            "phase": "Pending",
            "containerStatuses": [
                ["ready": false, "state": ["waiting": ["reason": .string(reason), "message": .string(message)]]]
            ],
        ]
    }

    private let running: JSONValue = [
        "phase": "Running", "containerStatuses": [["ready": true, "state": ["running": [:]]]],
    ]

    @Test("running and ready is ready, under whatever name the cluster runs the image, unless it is on its way out")
    func ready() {
        #expect(verdict(running) == .ready(pod: "p-1"))
        #expect(verdict(running, deletion: true) == .leaving)
        #expect(verdict(running, image: "mirror.example/img:1@sha256:00") == .ready(pod: "p-1"))
    }

    @Test("image errors end the wait, and a wrong architecture is named as such")
    func images() {
        #expect(verdict(waiting("ErrImagePull", "not found")) == .failed(.imagePull("img:1", "not found")))
        #expect(verdict(waiting("InvalidImageName", "")) == .failed(.imagePull("img:1", "InvalidImageName")))
        let platform = "no match for platform in manifest: not found"
        #expect(verdict(waiting("ErrImagePull", platform)) == .failed(.noImageForArchitecture("img:1")))
    }

    @Test("what passes by itself is waited for")
    func coming() {
        #expect(verdict(waiting("ContainerCreating", "")) == .coming("ContainerCreating"))
        #expect(verdict(["phase": "Pending"]) == .coming("Pending"))
        #expect(verdict([:]) == .coming("Unknown"))
    }

    @Test("a failed pod says why; a completed one is an earlier session's")
    func ended() {
        let failed: JSONValue = [
            "phase": "Failed",
            "containerStatuses": [["state": ["terminated": ["reason": "OOMKilled", "message": "", "exitCode": 137]]]],
        ]
        #expect(verdict(failed) == .failed(.podFailed("OOMKilled (exit code 137)")))
        #expect(verdict(["phase": "Failed", "reason": "DeadlineExceeded"]) == .failed(.podFailed("DeadlineExceeded")))
        #expect(verdict(["phase": "Succeeded"]) == .leaving)
    }

    @Test("a node without room is named as such", arguments: ["OutOfcpu", "OutOfpods"])
    func full(reason: String) {
        let message = "Pod was rejected: Node didn't have enough resource"
        let status: JSONValue = ["phase": "Failed", "reason": .string(reason), "message": .string(message)]
        #expect(verdict(status) == .failed(.nodeFull(message)))
    }

    @Test("what is no pod is not taken for one")
    func notAPod() {
        #expect(PodStatus(["kind": "Status", "metadata": ["name": "x"]]) == nil)
        #expect(PodStatus([]) == nil)
    }
}
