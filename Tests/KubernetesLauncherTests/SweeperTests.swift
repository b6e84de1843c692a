import JSON
import Testing

@testable import KubernetesLauncher

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
        func found(name: String = "node-debugger-n-abcde", image: String = "r/agent:2", owners: String = "<none>")
            -> Leftover?
        {
            let row = "d   \(name)   n   Succeeded   2026-11-20T00:00:00Z   \(image)   \(owners)"
            return PodRow(row.utf8)?.leftover(repository: "r/agent")
        }
        #expect(found()?.node == "n")
        #expect(found()?.created == "2026-11-20T00:00:00Z")
        #expect(found(name: "web-1") == nil)
        #expect(found(image: "busybox") == nil)
        #expect(found(owners: "Job") == nil)
        #expect(PodRow("d   node-debugger-n-abcde   n".utf8) == nil)
    }

    @Test("only Jobs that connect made: with an instance, and without an owner")
    func jobs() {
        func job(labels: JSONValue, owners: [JSONValue] = []) -> JSONValue {
            [
                "metadata": [
                    "name": "j", "namespace": "d", "labels": labels, "ownerReferences": .array(owners),
                ],
                "spec": ["template": ["spec": ["nodeName": "n"]]], "status": ["active": 1],
            ]
        }
        let ours: JSONValue = ["k8s-mcp-agent/instance": "0123456789abcdef"]
        #expect(Sweeper.job(job(labels: ours))?.instance == "0123456789abcdef")
        #expect(Sweeper.job(job(labels: ours, owners: [["kind": "CronJob"]])) == nil)
        #expect(Sweeper.job(job(labels: ["app.kubernetes.io/name": "k8s-mcp-agent"])) == nil)
    }
}
