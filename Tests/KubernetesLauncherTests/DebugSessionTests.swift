import JSON
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite("Sessions by kubectl debug", .enabled(if: Cluster.isPossible, "needs namespaces"), .serialized)
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
        let debug = try #require(cluster.calls.first { $0.first == "debug" })
        #expect(debug.contains("-q") && debug.contains("--profile=sysadmin"))
        #expect(!cluster.calls.contains { $0.first == "create" })
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

    @Test("sweep removes what a killed session left, and nothing younger than asked")
    func sweep() throws {
        let cluster = Cluster()
        let session = try cluster.connect(["--via", "debug"])
        #expect(session.echoes("{}"), "\(session.complaint)")
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
