import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite(
    "hold as the first process of a pod", .enabled(if: Cluster.isPossible, "needs namespaces"), .serialized, .blocking)
struct HoldTests {
    /// A pod of one process, and that process's id out here.
    private func pod(grace: Int) throws -> (wrapper: Session, first: String) {
        let unshare = ["/usr/bin/unshare", "--pid", "--net", "--fork", "--mount-proc", "--kill-child"]
        let wrapper = try Session(
            unshare + ["\(Cluster.products)/k8s-mcp-agent", "hold", "--grace", "\(grace)"], environment: [])
        for _ in 0..<500 {
            if let first = children(of: "\(wrapper.pid)").first { return (wrapper, first) }
            usleep(10_000)
        }
        throw Session.NotStarted()
    }

    private func children(of pid: String) -> [String] {
        Cluster.file("/proc/\(pid)/task/\(pid)/children").split(separator: " ").map(String.init)
    }

    private func exec(in first: String, _ command: String) -> Int32 {
        system("nsenter -t \(first) -p -n -m \(command) >/dev/null 2>&1") >> 8
    }

    @Test("it ends with 0 when nobody comes")
    func abandoned() throws {
        let pod = try pod(grace: 1)
        #expect(pod.wrapper.end() == 0)
        #expect(pod.wrapper.complaint.contains("no session for 1 s"))
    }

    @Test("it ends at once on SIGTERM, also as pid 1, which ignores signals that it does not handle")
    func terminated() throws {
        let pod = try pod(grace: 600)
        #expect(exec(in: pod.first, "\(Cluster.products)/k8s-mcp-agent hold --enter") == 0)
        kill(try #require(pid_t(pod.first)), SIGTERM)
        #expect(pod.wrapper.end() == 0)
    }

    @Test("it stays while others are expected, and goes with the last")
    func leaving() throws {
        let hold = "\(Cluster.products)/k8s-mcp-agent hold"
        let pod = try pod(grace: 600)
        #expect(exec(in: pod.first, "\(hold) --enter") == 0)
        #expect(exec(in: pod.first, "\(hold) --leave") == 3)
        #expect(exec(in: pod.first, "\(hold) --leave") == 0)
        #expect(pod.wrapper.end() == 0)
    }

    @Test("what must not be broken off outlasts SIGTERM and the last leave")
    func busy() throws {
        let hold = "\(Cluster.products)/k8s-mcp-agent hold"
        let pod = try pod(grace: 600)
        let session = try Session(
            ["/usr/bin/nsenter", "-t", pod.first, "-p", "-n", "-m", "sleep", "60"], environment: [])
        defer { kill(session.pid, SIGKILL) }
        #expect(exec(in: pod.first, "\(hold) --busy") == 0)
        #expect(exec(in: pod.first, "\(hold) --leave") == 3)
        kill(try #require(pid_t(pod.first)), SIGTERM)
        usleep(300_000)
        #expect(pod.wrapper.end(seconds: 0) == nil)
        #expect(exec(in: pod.first, "\(hold) --done") == 0)
        #expect(pod.wrapper.end() == 0)
    }

    @Test("a session that was killed in the middle of it holds up nobody")
    func killedWhileBusy() throws {
        let pod = try pod(grace: 600)
        #expect(exec(in: pod.first, "\(Cluster.products)/k8s-mcp-agent hold --busy") == 0)
        kill(try #require(pid_t(pod.first)), SIGTERM)
        #expect(pod.wrapper.end() == 0)
    }

    @Test("a session of processes alone keeps it, and orphans are buried")
    func orphans() throws {
        let pod = try pod(grace: 5)
        #expect(exec(in: pod.first, "sh -c '(sleep 0.2 &); sleep 8'") == 0)
        #expect(children(of: pod.first).isEmpty)
        #expect(pod.wrapper.end(seconds: 0) == nil)
        #expect(pod.wrapper.end() == 0)
    }

    @Test("without a holder there is nobody to tell")
    func alone() throws {
        let session = try Session(
            ["/usr/bin/unshare", "--net", "\(Cluster.products)/k8s-mcp-agent", "hold", "--leave"], environment: [])
        #expect(session.end() == 1)
        #expect(session.complaint.contains("there is no holder in this pod"))
    }
}
