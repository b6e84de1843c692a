import JSON
import TestSupport
import Testing

@Suite("The verdict on a node for people", .enabled(if: Cluster.isPossible, "needs namespaces"), .blocking)
struct RemoteDiagnosisTests {
    @Test("is printed, its exit code is that of the verdict, and nothing is left", arguments: ["job", "debug"])
    func verdict(_ way: String) throws {
        let cluster = Cluster()
        let session = try cluster.connect(["--diagnose", "--via", way, "--", "--simulate", "ecc-dbe"])
        session.closeInput()
        #expect(session.end() == 1)
        #expect(session.text.contains("UNHEALTHY"), "\(session.text) \(session.complaint)")
        #expect(session.text.contains("1. RESET_GPU GPU 2"))
        #expect(cluster.remains() == [])
    }

    @Test("can be had as JSON")
    func json() throws {
        let cluster = Cluster()
        let session = try cluster.connect(["--diagnose", "--output", "json", "--", "--simulate", "a100x2"])
        #expect(session.end() == 0)
        #expect(try JSONParser.parse(session.text)["verdict"] == "healthy")
        #expect(cluster.remains() == [])
    }

    @Test("is unknown where the node is not reached, and that is said on standard error alone")
    func unreached() throws {
        let cluster = Cluster(["forbidden": ["create jobs"]])
        let session = try cluster.connect(["--diagnose"])
        #expect(session.end() == 3)
        #expect(session.text.isEmpty)
        #expect(session.complaint.contains("may not"), "\(session.complaint)")
        #expect(cluster.remains() == [])
    }

    @Test(
        "is not mixed with what is for clients",
        arguments: [["--output", "json"], ["--diagnose", "--print-config", "cursor"]])
    func misuse(_ arguments: [String]) throws {
        let cluster = Cluster()
        let session = try cluster.connect(arguments)
        #expect(session.end() == 2)
        #expect(session.complaint.contains("--diagnose"))
        #expect(cluster.calls.isEmpty)
    }

    @Test("of a driver that starts slowly is waited for", arguments: [1.5, 9])
    func slowStart(_ seconds: Double) throws {
        let cluster = Cluster()
        let folder = try TemporaryFolder()
        let node = folder.path + "/node.json"
        let scenario: JSONValue = ["extends": "t4x1", "faults": [["call": "nvmlInit", "hang_s": .double(seconds)]]]
        try makeProgram(scenario.prettyPrinted(), at: node)
        let session = try cluster.connect(["--diagnose", "--", "--simulate", node, "--deadline", "0.5"])
        #expect(session.end() == 0)
        #expect(session.text.contains("1 healthy"), "\(session.text) \(session.complaint)")
    }
}
