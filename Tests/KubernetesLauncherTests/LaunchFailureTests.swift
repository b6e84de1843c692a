import JSON
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite("Failures with the stand-in cluster", .enabled(if: Cluster.isPossible, "needs namespaces"), .blocking)
struct LaunchFailureTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let faults: JSONValue
        var node = "gpu-node-5"
        let says: [String]
    }

    static let cases: [Case] = [
        Case(
            testDescription: "no cluster", faults: ["unreachable": true],
            says: ["the cluster does not answer", "VPN"]),
        Case(
            testDescription: "not logged in", faults: ["unauthorized": true],
            says: ["does not accept the credentials", "Log in again"]),
        Case(
            testDescription: "no such node", faults: [:], node: "gpu-node-55",
            says: ["there is no node 'gpu-node-55'", "Nearest: gpu-node-5"]),
        Case(
            testDescription: "node not ready", faults: [:], node: "gpu-node-6",
            says: ["node 'gpu-node-6' is not ready", "KubeletNotReady"]),
        Case(
            testDescription: "may not create Jobs", faults: ["forbidden": ["create jobs"]],
            says: ["ada may not create jobs in namespace 'default'", "deploy/rbac/read-only.yaml"]),
        Case(
            testDescription: "may not watch pods", faults: ["forbidden": ["watch pods"]],
            says: ["ada may not watch pods in namespace 'default'"]),
        Case(
            testDescription: "may not exec", faults: ["forbidden": ["create pods/exec"]],
            says: ["ada may not create pods/exec in namespace 'default'"]),
        Case(
            testDescription: "Pod Security", faults: ["podSecurity": "baseline"],
            says: ["Pod Security refuses", "hostPID=true", "deploy/rbac/namespace.yaml"]),
        Case(
            testDescription: "Pod Security, events not readable",
            faults: ["podSecurity": "restricted", "forbidden": ["list events"]],
            says: ["Pod Security refuses", "restricted:latest"]),
        Case(
            testDescription: "quota", faults: ["quota": "gpu-agents"],
            says: ["quota refuses the pod", "exceeded quota: gpu-agents", "sweep"]),
        Case(
            testDescription: "admission policy", faults: ["policy": "the image is not allowed"],
            says: ["admission control refuses", "the image is not allowed"]),
        Case(
            testDescription: "no namespace", faults: ["noNamespace": "gpu"],
            says: ["there is no namespace 'gpu'", "--namespace"]),
        Case(
            testDescription: "image cannot be pulled",
            faults: ["image": ["reason": "ErrImagePull", "message": "pull access denied"]],
            says: ["the node cannot pull", "pull access denied", "--image"]),
        Case(
            testDescription: "image name is invalid", faults: ["image": ["reason": "InvalidImageName", "message": ""]],
            says: ["the node cannot pull", "InvalidImageName"]),
        Case(
            testDescription: "no image for the node's CPU",
            faults: ["image": ["reason": "ErrImagePull", "message": "no match for platform in manifest: not found"]],
            says: ["no build for this node's CPU architecture"]),
        Case(
            testDescription: "a webhook that does not answer",
            faults: [
                "webhook": "Post \"https://policy.svc:443/\": dial tcp 10.96.4.7:443: connect: connection refused"
            ],
            says: ["admission control refuses", "policy.example", "ask whoever runs it"]),
        Case(
            testDescription: "the node's kubelet cannot be reached",
            faults: [
                "kubeletUnreachable": "Error from server: error dialing backend: dial tcp 10.0.0.5:10250: i/o timeout"
            ],
            says: ["cannot reach the node's kubelet", "port 10250"]),
        Case(
            testDescription: "old kubectl", faults: ["oldKubectl": true],
            says: ["this kubectl is too old", "Update kubectl"]),
    ]

    @Test("each failure is said with its remedy, on standard error only, and nothing is left", arguments: cases)
    func failure(_ one: Case) throws {
        let cluster = Cluster(one.faults)
        let session = try cluster.connect(node: one.node)
        #expect(session.end() == 1)
        for text in one.says { #expect(session.complaint.contains(text), "\(session.complaint)") }
        #expect(session.text.isEmpty)
        cluster.set([:])
        #expect(cluster.remains() == [])
    }

    @Test("a pod that never comes is given up after the patience")
    func pending() throws {
        let cluster = Cluster(["podDelay": 8_000])
        let session = try cluster.start([
            "connect", "gpu-node-5", "--kubectl", "\(Cluster.products)/StandInKubectl", "--patience", "2s", "--grace",
            "1s",
        ])
        #expect(session.end() == 1)
        #expect(session.complaint.contains("the pod is not ready after 2 s"))
        #expect(cluster.remains() == [])
    }

    @Test("what keeps a pod from starting is told at once, and again at the end")
    func warning() throws {
        let cluster = Cluster(["podWarning": "failed to assign an IP address to container", "startDelay": 9_000])
        let session = try cluster.start([
            "connect", "gpu-node-5", "--kubectl", "\(Cluster.products)/StandInKubectl", "--patience", "4s", "--grace",
            "1s",
        ])
        #expect(session.end() == 1)
        let reason = "FailedCreatePodSandBox: failed to assign an IP address"
        #expect(session.complaint.contains("the pod is not ready yet: \(reason)"), "\(session.complaint)")
        #expect(session.complaint.contains("not ready after 4 s: ContainerCreating; \(reason)"))
        #expect(cluster.remains() == [])
    }

    @Test("a kubectl that ends without having read its input is a failure like any other", arguments: 1...10)
    func deafKubectl(run: Int) throws {
        let cluster = Cluster()
        let session = try cluster.start(["connect", "gpu-node-5", "--kubectl", "/bin/false"])
        #expect(session.end() == 1)
        #expect(session.complaint.contains("kubectl failed: it said nothing"), "\(session.complaint)")
    }

    @Test("no kubectl")
    func noKubectl() throws {
        let cluster = Cluster()
        let session = try cluster.start(["connect", "gpu-node-5", "--kubectl", "no-such-kubectl"])
        #expect(session.end() == 1)
        #expect(session.complaint.contains("there is no 'no-such-kubectl' in PATH"))
    }

    @Test(
        "wrong usage",
        arguments: [
            ["connect"], ["connect", "GPU_5"], ["connect", "n", "--mode", "root"], ["connect", "n", "--deadline", "x"],
            ["connect", "n", "--deadline", "2d"], ["connect", "n", "--deadline", "2h", "--via", "debug"],
        ])
    func usage(arguments: [String]) throws {
        let cluster = Cluster()
        let session = try cluster.start(arguments)
        let code = try #require(session.end())
        #expect(code == 2 || code == 64)
        #expect(session.text.isEmpty)
        #expect(cluster.calls.isEmpty)
    }

    @Test("--dry-run prints the Job and asks the cluster nothing")
    func dryRun() throws {
        let cluster = Cluster()
        let session = try cluster.connect(["--dry-run"])
        #expect(session.end() == 0)
        #expect(try JSONParser.parse(session.text)["kind"] == "Job")
        #expect(cluster.calls.isEmpty)
    }

    @Test("--print-config prints what starts this very session")
    func printConfig() throws {
        let cluster = Cluster()
        let session = try cluster.start([
            "connect", "node/gpu-node-5", "--context", "prod", "--kubeconfig", "my/config", "--kubectl", "./kubectl",
            "--mode", "operator", "--print-config", "cursor",
        ])
        #expect(session.end() == 0)
        #expect(cluster.calls.isEmpty)
        let entry = try JSONParser.parse(session.text)["mcpServers"]?["gpu-node-5"]
        let folder = try #require(getcwd(nil, 0))
        defer { free(folder) }
        let here = String(cString: folder)
        #expect(
            entry?["args"] == [
                "connect", "gpu-node-5", "--context", "prod", "--kubeconfig", .string("\(here)/my/config"), "--kubectl",
                .string("\(here)/kubectl"), "--mode", "operator",
            ])
        #expect(entry?["command"]?.stringValue?.hasSuffix("/k8s-mcp-agent") == true)
    }
}
