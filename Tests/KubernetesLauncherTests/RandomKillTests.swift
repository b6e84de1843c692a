import JSON
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite(
    "Sessions that end in every way at every moment", .enabled(if: Cluster.isPossible, "needs namespaces"), .serialized,
    .blocking)
struct RandomKillTests {
    /// 60, or what LAUNCHER_SESSIONS says.
    static var count: Int { getenv("LAUNCHER_SESSIONS").flatMap { Int(String(cString: $0)) } ?? 60 }

    @Test("nothing is left in the cluster, no process stays, and only lines of the session come out")
    func kills() throws {
        var random = SplitMix(seed: 20_261_122)
        let cluster = Cluster(["startDelay": 30])
        var sessions: [(session: Session, momentToEnd: Int)] = []
        var begun = 0
        var tick = 0
        while begun < Self.count || !sessions.isEmpty {
            if begun < Self.count, sessions.count < 5 {
                sessions.append((try begin(cluster, &random), tick + Int.random(in: 0..<60, using: &random)))
                begun += 1
            }
            for (session, moment) in sessions where moment == tick { end(session, &random) }
            sessions.removeAll { session, moment in
                guard moment <= tick, session.end(seconds: 0) != nil else { return false }
                #expect(session.text.split(separator: "\n").allSatisfy { $0 == "{\"id\":1}" }, "\(session.text)")
                return true
            }
            tick += 1
            usleep(15_000)
        }
        #expect(cluster.remains(after: 40) == [])
    }

    private func begin(_ cluster: Cluster, _ random: inout SplitMix) throws -> Session {
        // Some share a Job, some have one of their own.
        let deadline = "\(Int.random(in: 1...3, using: &random))h"
        let session = try cluster.connect(["--deadline", deadline])
        session.send(Array("{\"id\":1}\n".utf8))
        return session
    }

    private func end(_ session: Session, _ random: inout SplitMix) {
        switch Int.random(in: 0..<6, using: &random) {
        case 0, 1: session.signal(SIGKILL)
        case 2: session.signal(SIGTERM)
        case 3: session.signal(SIGINT)
        case 4: session.closeOutput()
        default: break
        }
        session.closeInput()
    }

}

/// Numbers that are the same in every run.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
