import JSON
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite(
    "Sessions with the stand-in cluster", .enabled(if: Cluster.isPossible, "needs namespaces"), .serialized, .blocking)
struct LifecycleTests {
    @Test("a session carries lines, ends with its input, and leaves nothing")
    func session() throws {
        let cluster = Cluster()
        let session = try cluster.connect()
        #expect(session.echoes("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}"), "\(session.complaint)")
        session.closeInput()
        #expect(session.end() == 0)
        #expect(session.complaint.isEmpty)
        #expect(cluster.remains() == [])
        // A slow machine may ask for events and the node, too.
        let verbs = cluster.calls.filter { !$0.contains("events") && !$0.contains("node") }.map { $0.first ?? "" }
        #expect(verbs == ["create", "get", "exec", "exec", "delete"])
    }

    @Test("a request of 7 MB and an answer of 10 MB pass byte for byte")
    func largeLines() throws {
        let cluster = Cluster()
        let session = try cluster.connect()
        for size in [7_000_000, 10_000_000] {
            var line = (0..<size).map { UInt8(truncatingIfNeeded: 32 + ($0 &* 2_654_435_761) % 90) }
            line.append(UInt8(ascii: "\n"))
            let before = session.received.count
            #expect(session.send(line))
            #expect(session.receive(count: before + line.count))
            #expect(session.received[before...].elementsEqual(line))
        }
        session.closeInput()
        #expect(session.end() == 0)
        #expect(cluster.remains() == [])
    }

    @Test("input that is there and over before the pod is, is answered")
    func earlyInput() throws {
        let cluster = Cluster(["startDelay": 500])
        let session = try cluster.connect()
        #expect(session.send(Array("{\"early\":true}\n".utf8)))
        session.closeInput()
        #expect(session.end() == 0)
        #expect(session.text == "{\"early\":true}\n")
        #expect(cluster.remains() == [])
    }

    @Test("the agent's exit code is passed on")
    func exitCode() throws {
        let cluster = Cluster()
        let session = try cluster.connect(["--", "--exit-with", "7"])
        #expect(session.end() == 7)
        #expect(cluster.remains() == [])
    }

    @Test("signals end the session and remove everything", arguments: [SIGINT, SIGTERM, SIGHUP])
    func signals(number: Int32) throws {
        let cluster = Cluster()
        let session = try cluster.connect()
        #expect(session.echoes("{}"), "\(session.complaint)")
        session.signal(number)
        #expect(session.end() == 128 + number)
        #expect(cluster.calls.last?.first == "delete")
        #expect(cluster.remains() == [])
    }

    @Test("a signal while the pod is coming removes the Job", arguments: [SIGINT, SIGTERM])
    func earlySignal(number: Int32) throws {
        let cluster = Cluster(["startDelay": 10_000])
        let session = try cluster.connect()
        while !cluster.calls.contains(where: { $0.contains("-w") }) { usleep(10_000) }
        session.signal(number)
        #expect(session.end() == 128 + number)
        #expect(session.text.isEmpty)
        #expect(cluster.remains() == [])
    }

    @Test("a client that has stopped listening ends the session")
    func brokenPipe() throws {
        let cluster = Cluster()
        let session = try cluster.connect()
        #expect(session.echoes("{}"), "\(session.complaint)")
        session.closeOutput()
        #expect(session.end() == 128 + SIGHUP)
        #expect(cluster.remains() == [])
    }

    @Test("after kill -9 the cluster removes everything by itself")
    func killed() throws {
        let cluster = Cluster()
        let session = try cluster.connect()
        #expect(session.echoes("{}"), "\(session.complaint)")
        session.signal(SIGKILL)
        #expect(session.end() == 128 + SIGKILL)
        #expect(!cluster.calls.contains { $0.first == "delete" })
        session.closeInput()
        #expect(cluster.remains() == [])
    }

    @Test("sessions of one person share a Job, and the last one out removes it")
    func shared() throws {
        let cluster = Cluster()
        let first = try cluster.connect()
        #expect(first.echoes("{\"first\":1}"), "\(first.complaint)")
        let second = try cluster.connect()
        #expect(second.echoes("{\"second\":1}"), "\(second.complaint)")
        #expect(cluster.objects().filter { $0.hasPrefix("jobs/") }.count == 1)
        first.closeInput()
        #expect(first.end() == 0)
        #expect(second.echoes("{\"second\":2}"), "\(second.complaint)")
        second.closeInput()
        #expect(second.end() == 0)
        #expect(cluster.calls.filter { $0.first == "delete" }.count == 1)
        #expect(cluster.remains() == [])
    }

    @Test("sessions that start at once agree on one Job")
    func together() throws {
        let cluster = Cluster(["startDelay": 300])
        let sessions = try (0..<4).map { _ in try cluster.connect() }
        for (number, session) in sessions.enumerated() {
            #expect(session.echoes("{\"n\":\(number)}"), "\(session.complaint)")
        }
        #expect(cluster.objects().filter { $0.hasPrefix("jobs/") }.count == 1)
        for session in sessions { session.closeInput() }
        #expect(sessions.map { $0.end() } == [0, 0, 0, 0])
        #expect(cluster.remains() == [])
    }

    @Test("a session that learns late of its end does not touch the Job that another one made since")
    func lateEnd() throws {
        let cluster = Cluster()
        let first = try cluster.connect()
        #expect(first.echoes("{\"first\":1}"), "\(first.complaint)")
        let job = try #require(cluster.objects().first { $0.hasPrefix("jobs/") })
        first.signal(SIGSTOP)
        cluster.remove(job)
        while cluster.objects().contains(where: { $0.hasPrefix("pods/") }) { usleep(10_000) }
        let second = try cluster.connect()
        #expect(second.echoes("{\"second\":1}"), "\(second.complaint)")
        #expect(cluster.objects().contains(job))
        first.signal(SIGCONT)
        first.closeInput()
        #expect(first.end() != nil)
        #expect(cluster.objects().contains(job))
        #expect(second.echoes("{\"second\":2}"), "\(second.complaint)")
        second.closeInput()
        #expect(second.end() == 0)
        #expect(cluster.remains() == [])
    }

    @Test("a leave that nobody answers removes nothing; the holder does when it is alone")
    func unansweredLeave() throws {
        let cluster = Cluster(["leaveFails": "error: Internal error occurred: i/o timeout"])
        let first = try cluster.connect()
        #expect(first.echoes("{\"first\":1}"), "\(first.complaint)")
        let second = try cluster.connect()
        #expect(second.echoes("{\"second\":1}"), "\(second.complaint)")
        first.closeInput()
        #expect(first.end() == 0)
        #expect(second.echoes("{\"second\":2}"), "\(second.complaint)")
        #expect(!cluster.calls.contains { $0.first == "delete" })
        second.closeInput()
        #expect(second.end() == 0)
        #expect(cluster.remains(after: 30) == [])
    }

    @Test("a cluster that runs the image under another name is a cluster like any other")
    func rewrittenImage() throws {
        let cluster = Cluster(["rewrittenImage": "mirror.example/agent:0.1.0@sha256:0123"])
        let session = try cluster.connect()
        #expect(session.echoes("{}"), "\(session.complaint)")
        session.closeInput()
        #expect(session.end() == 0)
        #expect(cluster.remains() == [])
    }

    @Test("what a plug-in asks of the person is shown, and its time is not counted")
    func login() throws {
        let cluster = Cluster(["login": 14])
        let session = try cluster.connect()
        #expect(session.echoes("{}"), "\(session.complaint)")
        #expect(session.complaint.contains("enter the code ABCD-1234"))
        session.closeInput()
        #expect(session.end() == 0)
        #expect(cluster.remains() == [])
    }

    @Test("who does not want to log in may leave, and the plug-in ends, too")
    func noLogin() throws {
        let cluster = Cluster(["login": 600])
        let session = try cluster.connect()
        for _ in 0..<5_000 where !session.complaint.contains("ABCD-1234") { _ = session.end(seconds: 0) }
        session.signal(SIGINT)
        #expect(session.end() == 128 + SIGINT)
        #expect(!cluster.calls.contains { $0.first == "delete" })
        #expect(cluster.remains() == [])
    }

    @Test("a watch that is cut is begun again")
    func watchCut() throws {
        let cluster = Cluster(["dropWatch": 100, "startDelay": 600])
        let session = try cluster.connect()
        #expect(session.echoes("{}"), "\(session.complaint)")
        session.closeInput()
        #expect(session.end() == 0)
        #expect(cluster.remains() == [])
    }

    @Test("a dropped connection is told, and cleaned up behind")
    func dropped() throws {
        let cluster = Cluster(["dropSession": 300])
        let session = try cluster.connect()
        #expect(session.echoes("{}"), "\(session.complaint)")
        #expect(session.end() == 1)
        #expect(session.complaint.contains("the session was lost"))
        #expect(cluster.remains() == [])
    }

    @Test("a creation whose answer is lost leaves no Job")
    func lostAnswer() throws {
        let cluster = Cluster(["lostCreateAnswer": true])
        let session = try cluster.connect()
        #expect(session.end() == 1)
        #expect(session.complaint.contains("the cluster does not answer"))
        #expect(cluster.remains() == [])
    }
}
