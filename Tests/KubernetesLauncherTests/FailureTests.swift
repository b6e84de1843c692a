import JSON
import Testing

@testable import KubernetesLauncher

@Suite("What kubectl says, and what it means")
struct FailureTests {
    private static let denied =
        "Error from server (Forbidden): error when creating \"STDIN\": jobs.batch is forbidden: User \"ada\" cannot create "
        + "resource \"jobs\" in API group \"batch\" in the namespace \"default\""

    @Test("a refusal by RBAC names verb, resource and place, and the manifest")
    func rbac() {
        let failure = KubectlErrors.failure(Self.denied)
        let right = DeniedRight(verb: "create", resource: "jobs", group: "batch", namespace: "default", user: "ada")
        #expect(failure == .forbidden(right))
        #expect("\(failure)".contains("ada may not create jobs in namespace 'default'"))
        #expect("\(failure)".contains("deploy/rbac/read-only.yaml"))
    }

    @Test(
        "each text leads to its failure",
        arguments: [
            (
                "The connection to the server 10.0.0.1:6443 was refused - did you specify the right host or port?",
                "noCluster"
            ),
            ("Unable to connect to the server: dial tcp: lookup k8s.example: no such host", "noCluster"),
            ("Unable to connect to the server: dial tcp 10.0.0.1:6443: i/o timeout", "noCluster"),
            ("error: You must be logged in to the server (Unauthorized)", "notLoggedIn"),
            ("Unable to connect to the server: getting credentials: exec: executable aws not found", "notLoggedIn"),
            (
                "unable to recognize \"STDIN\": Get \"https://10.0.0.1:6443/api?timeout=5s\": dial tcp 10.0.0.1:6443: connect: connection refused",
                "noCluster"
            ),
            (
                "unable to recognize \"STDIN\": Get \"http://localhost:8080/api?timeout=5s\": dial tcp 127.0.0.1:8080: connect: connection refused",
                "badKubeconfig"
            ),
            ("stat /home/ada/.kube/prod: no such file or directory", "badKubeconfig"),
            (
                "Unable to connect to the server: tls: failed to verify certificate: x509: certificate signed by unknown authority",
                "notTrusted"
            ),
            ("error: context \"prod\" does not exist", "badKubeconfig"),
            ("error: unknown shorthand flag: 'q' in -q", "kubectlTooOld"),
            ("error: unknown flag: --custom", "kubectlTooOld"),
            (
                "Error from server (NotFound): error when creating \"STDIN\": namespaces \"gpu\" not found",
                "noNamespace"
            ),
            ("error: error reading from error stream: next reader: websocket: close 1006", "sessionLost"),
            ("error: unable to upgrade connection: container not found (\"agent\")", "sessionLost"),
            ("something nobody has seen before", "kubectl"),
            ("", "kubectl"),
        ])
    func texts(text: String, kind: String) {
        #expect(
            "\(String(describing: Mirror(reflecting: KubectlErrors.failure(text)).children.first?.label ?? ""))" == kind
        )
    }

    @Test("warnings and log lines before the error are not taken for it")
    func noise() {
        let text = """
            Warning: would violate PodSecurity "baseline:latest": host namespaces (hostPID=true)
            E1122 10:00:00.000000   12345 memcache.go:265] couldn't get current server API group list
            error: context "x" does not exist
            """
        #expect(KubectlErrors.failure(text) == .badKubeconfig("context \"x\" does not exist"))
    }

    @Test("the Job controller's reason is passed on exactly")
    func creation() {
        let security =
            "Error creating: pods \"x-abcde\" is forbidden: violates PodSecurity \"baseline:latest\": hostPath volumes"
        #expect(KubectlErrors.creationFailure(security) == .podSecurity("\"baseline:latest\": hostPath volumes"))
        let quota = "Error creating: pods \"x\" is forbidden: exceeded quota: gpu-agents, requested: pods=1"
        #expect(KubectlErrors.creationFailure(quota) == .quota("exceeded quota: gpu-agents, requested: pods=1"))
        #expect(KubectlErrors.creationFailure("Error creating: a webhook was rude") == .admission("a webhook was rude"))
    }

    @Test("text from outside is bounded and printable")
    func bounded() {
        let failure = KubectlErrors.failure("\u{1B}[31m" + String(repeating: "x", count: 10_000))
        #expect(failure.message.count < 700)
        #expect(!failure.message.unicodeScalars.contains { $0.value < 0x20 })
    }
}

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
        return PodStatus(pod)?.verdict(wanting: "img:1")
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

    @Test("running and ready is ready, unless it is on its way out or runs something else")
    func ready() {
        #expect(verdict(running) == .ready(pod: "p-1"))
        #expect(verdict(running, deletion: true) == .leaving)
        #expect(verdict(running, image: "evil:1") == .failed(.foreignPod("p-1", "evil:1")))
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

    @Test("what is no pod is not taken for one")
    func notAPod() {
        #expect(PodStatus(["kind": "Status", "metadata": ["name": "x"]]) == nil)
        #expect(PodStatus([]) == nil)
    }
}

@Suite("What sweep finds")
struct SweeperTests {
    @Test(
        "a repository is the reference without tag and digest",
        arguments: [
            ("ghcr.io/a/b:1.2", "ghcr.io/a/b"), ("localhost:5000/a", "localhost:5000/a"),
            ("localhost:5000/a:1", "localhost:5000/a"),
            ("a/b@sha256:00", "a/b"), ("a/b:1@sha256:00", "a/b"), ("busybox", "busybox"),
        ])
    func repository(image: String, name: String) {
        #expect(Sweeper.repository(of: image) == name)
    }

    @Test("only debugging pods of our image that nobody owns")
    func pods() {
        func pod(name: String = "node-debugger-n-abcde", image: String = "r/agent:2", owners: [JSONValue] = [])
            -> JSONValue
        {
            [
                "metadata": ["name": .string(name), "namespace": "d", "ownerReferences": .array(owners)],
                "spec": ["nodeName": "n", "containers": [["image": .string(image)]]], "status": ["phase": "Succeeded"],
            ]
        }
        #expect(Sweeper.debuggingPod(pod(), repository: "r/agent")?.node == "n")
        #expect(Sweeper.debuggingPod(pod(name: "web-1"), repository: "r/agent") == nil)
        #expect(Sweeper.debuggingPod(pod(image: "busybox"), repository: "r/agent") == nil)
        #expect(Sweeper.debuggingPod(pod(owners: [["kind": "Job"]]), repository: "r/agent") == nil)
    }
}
