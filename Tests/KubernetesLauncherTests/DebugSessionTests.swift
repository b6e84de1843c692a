import JSON
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite("Sessions by kubectl debug", .enabled(if: Cluster.isPossible, "needs namespaces"), .serialized, .blocking)
struct DebugSessionTests {
    @Test("a session carries lines, and its pod is removed")
    func session() throws {
        let cluster = Cluster()
        let session = try cluster.connect(["--via", "debug"])
        #expect(session.echoes("{\"id\":1}"), "\(session.complaint)")
        session.closeInput()
        #expect(session.end() == 0)
        #expect(session.text == "{\"id\":1}\n")
        #expect(session.complaint.isEmpty)
        #expect(cluster.remains() == [])
        let debug = try #require(cluster.calls.first { $0.contains("debug") })
        #expect(debug.contains("-q") && debug.contains("--profile=sysadmin"))
        #expect(!cluster.calls.contains { $0.contains("create") })
    }

    @Test("an image that cannot be pulled is told, although kubectl is silent")
    func badImage() throws {
        let cluster = Cluster(["image": ["reason": "ErrImagePull", "message": "not found"]])
        let session = try cluster.connect(["--via", "debug"])
        #expect(session.end() == 1)
        #expect(session.complaint.contains("the node cannot pull"))
        #expect(cluster.remains() == [])
    }

    @Test("a signal ends it and removes the pod")
    func signal() throws {
        let cluster = Cluster()
        let session = try cluster.connect(["--via", "debug"])
        #expect(session.echoes("{}"), "\(session.complaint)")
        session.signal(SIGTERM)
        #expect(session.end() == 128 + SIGTERM)
        #expect(cluster.remains() == [])
    }

    @Test("sweep tells of Jobs although the pods cannot be listed, and removes only what connect made")
    func sweepJobs() throws {
        let cluster = Cluster(["forbidden": ["list pods"]])
        let session = try cluster.start([
            "connect", "gpu-node-5", "--kubectl", "\(Cluster.products)/StandInKubectl", "--grace", "60s",
        ])
        while !cluster.objects().contains(where: { $0.hasPrefix("jobs/") }) { usleep(10_000) }
        session.signal(SIGKILL)
        _ = session.end()
        cluster.put(
            "jobs/default_nightly.json",
            [
                "metadata": [
                    "name": "nightly", "namespace": "default", "creationTimestamp": "2026-11-20T00:00:00Z",
                    "labels": ["app.kubernetes.io/name": "k8s-mcp-agent", "app.kubernetes.io/managed-by": "Helm"],
                ]
            ])
        let sweep = try cluster.start(["sweep", "--kubectl", "\(Cluster.products)/StandInKubectl", "--yes"])
        #expect(sweep.end() == 1)
        #expect(sweep.text.contains("removed job default/k8s-mcp-agent-gpu-node-5-"), "\(sweep.text)")
        #expect(sweep.complaint.contains("not everything could be listed: ada may not list pods"), "\(sweep.complaint)")
        #expect(cluster.objects().contains("jobs/default_nightly.json"))
    }

    static let refusals: [(faults: JSONValue, text: String)] = [
        (["forbidden": ["create pods"]], "may not create pods"), (["podSecurity": "baseline"], "Pod Security"),
        (["oldKubectl": true], "too old"), (["unreachable": true], "does not answer"),
    ]

    @Test("failures are told", arguments: refusals)
    func failures(faults: JSONValue, text: String) throws {
        let cluster = Cluster(faults)
        let session = try cluster.connect(["--via", "debug"])
        #expect(session.end() == 1)
        #expect(session.complaint.contains(text), "\(session.complaint)")
        #expect(session.text.isEmpty)
    }

    @Test("all commands go where the first one went, and the file for kubectl is gone once it has been read")
    func place() throws {
        let cluster = Cluster(["currentContext": "prod"])
        let session = try cluster.connect(["--via", "debug"])
        #expect(session.echoes("{}"), "\(session.complaint)")
        let debug = try #require(cluster.calls.first { $0.contains("debug") })
        let custom = try #require(debug.first { $0.hasPrefix("--custom=") }?.dropFirst("--custom=".count))
        for _ in 0..<2_000 where access(String(custom), F_OK) == 0 { usleep(10_000) }
        #expect(access(String(custom), F_OK) != 0)
        cluster.set(["currentContext": "dev"])
        session.closeInput()
        #expect(session.end() == 0)
        #expect(cluster.calls.dropFirst().allSatisfy { $0.contains("--context=prod") }, "\(cluster.calls)")
        #expect(cluster.remains() == [])
    }

    @Test("whoever has to log in does it once")
    func login() throws {
        let cluster = Cluster(["login": 3])
        let session = try cluster.connect(["--via", "debug"])
        #expect(session.echoes("{}"), "\(session.complaint)")
        #expect(session.complaint.contains("enter the code ABCD-1234"))
        #expect(cluster.calls.filter { $0 == ["login"] }.count == 1)
        session.closeInput()
        #expect(session.end() == 0)
        #expect(cluster.remains() == [])
    }

    @Test("a pod that cannot be looked for any more is told, with what to do")
    func blind() throws {
        let cluster = Cluster()
        let session = try cluster.connect(["--via", "debug"])
        #expect(session.echoes("{}"), "\(session.complaint)")
        usleep(1_500_000)
        cluster.set(["forbidden": ["list pods"]])
        session.closeInput()
        #expect(session.end() == 1)
        #expect(session.complaint.contains("a debugging pod may be left on the node"), "\(session.complaint)")
        #expect(session.complaint.contains("get pods --field-selector=spec.nodeName=gpu-node-5"))
        #expect(cluster.objects().contains { $0.hasPrefix("pods/") })
    }

    @Test("a pod that cannot be removed is told, with the command that does")
    func stuck() throws {
        let cluster = Cluster(["forbidden": ["delete pods"]])
        let session = try cluster.connect(["--via", "debug"])
        #expect(session.echoes("{}"), "\(session.complaint)")
        session.closeInput()
        #expect(session.end() == 1)
        #expect(session.complaint.contains("delete pod node-debugger-gpu-node-5-"), "\(session.complaint)")
    }

    @Test("a session whose pod may not be looked for goes on")
    func unseen() throws {
        let cluster = Cluster(["forbidden": ["list pods"]])
        let session = try cluster.connect(["--via", "debug", "--patience", "2s"])
        #expect(session.echoes("{}"), "\(session.complaint)")
        usleep(3_500_000)
        #expect(session.echoes("{}"), "\(session.complaint)")
        session.closeInput()
        #expect(session.end() == 1)
    }

    @Test("sweep removes what a killed session left, and nothing younger than asked")
    func sweep() throws {
        let cluster = Cluster()
        let session = try cluster.connect(["--via", "debug"])
        #expect(session.echoes("{}"), "\(session.complaint)")
        while !cluster.temporaryFiles().isEmpty { usleep(10_000) }
        session.signal(SIGKILL)
        _ = session.end()
        session.closeInput()
        let sweep = ["sweep", "--kubectl", "\(Cluster.products)/StandInKubectl"]
        let young = try cluster.start(sweep + ["--yes", "--older-than", "1h"])
        #expect(young.end() == 0)
        #expect(young.text == "Nothing was left behind.\n")
        let asked = try cluster.start(sweep)
        #expect(asked.send(Array("n\n".utf8)))
        #expect(asked.end() == 0)
        #expect(cluster.objects().contains { $0.hasPrefix("pods/") })
        let sure = try cluster.start(sweep + ["--yes", "--all-namespaces"])
        #expect(sure.end() == 0)
        #expect(sure.text.contains("removed pod default/node-debugger-gpu-node-5-"))
        #expect(cluster.remains() == [])
    }
}
