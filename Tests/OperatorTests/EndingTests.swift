import JSON
import MCP
import Operations
import Synchronization
import TestSupport
import Testing

@testable import Tools

/// How calls that change a node end, and what goes on besides.
@Suite struct EndingTests {
    @Test func whatWasNotDoneIsAnError() async throws {
        let bench = try Bench()
        func isError(_ user: JSONObject?) async throws -> Bool {
            try await onLoop { loop in
                await bench.tool(loop).call(arguments: [:], session: user == nil ? silent : asking) { _ in
                } asker: { _ in
                    user ?? [:]
                }
            }.isError
        }
        #expect(try await !isError(nil))
        #expect(try await !isError(["action": "decline"]))
        #expect(try await !isError(yes))
        bench.thing.change { $0.refusals = [Refusal("kubelet", message: "m", remedy: "r")] }
        #expect(try await isError(yes))
    }

    @Test func whatMustNotBeBrokenOffIsAnnounced() async throws {
        let bench = try Bench()
        let said = Mutex<[(isBusy: Bool, acts: Int)]>([])
        _ = try await onLoop { loop in
            let announce: @Sendable (Bool) -> Bool = { isBusy in
                said.withLock { $0.append((isBusy, bench.thing.now.acts)) }
                return true
            }
            let stubborn = StubbornAction(fake: FakeAction(thing: bench.thing))
            return await bench.tool(loop, stubborn, announce: announce).call(arguments: [:], session: asking) { _ in
            } asker: { _ in
                yes
            }
        }
        #expect(said.withLock { $0.map(\.isBusy) } == [true, false])
        #expect(said.withLock { $0.map(\.acts) } == [0, 1])
    }

    @Test func whereItWouldBeBrokenOffItDoesNotBegin() async throws {
        let bench = try Bench()
        let result = try await onLoop { loop in
            let stubborn = StubbornAction(fake: FakeAction(thing: bench.thing))
            return await bench.tool(loop, stubborn, announce: { _ in false }).call(arguments: [:], session: asking) {
                _ in
            } asker: { _ in
                yes
            }
        }
        #expect(result.isError)
        #expect(bench.thing.now.acts == 0)
    }

    @Test func oneProcessAtATimeResetsOnANode() throws {
        let folder = try TemporaryFolder()
        guard let first = ResetLock(root: folder.path) else {
            Issue.record("nobody has it")
            return
        }
        if let second = ResetLock(root: folder.path) {
            second.release()
            Issue.record("two have it")
        }
        first.release()
        guard let third = ResetLock(root: folder.path) else {
            Issue.record("it was not given back")
            return
        }
        third.release()
    }

    @Test func twoResetsAtOnceAreNone() {
        let running = RunningActions()
        #expect(running.begin("a", ["gpu:1"] + ResetAction.exclusions, isInterruptible: false))
        #expect(!running.begin("b", ["gpu:2"] + ResetAction.exclusions, isInterruptible: false))
    }
}
