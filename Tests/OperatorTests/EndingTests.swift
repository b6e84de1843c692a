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
            let announce: @Sendable (Bool) -> Void = { isBusy in
                said.withLock { $0.append((isBusy, bench.thing.now.acts)) }
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

    @Test func twoResetsAtOnceAreNone() {
        let running = RunningActions()
        #expect(running.begin("a", ["gpu:1"] + ResetAction.exclusions, isInterruptible: false))
        #expect(!running.begin("b", ["gpu:2"] + ResetAction.exclusions, isInterruptible: false))
    }
}
