import EventLoop
import JSON
import MCP
import Synchronization
import TestSupport
import Testing

@testable import Tools

@Suite struct CoalescedCallsTests {
    @Test func theFirstCallIsAnsweredAlone() async throws {
        let answers = try await onLoop { loop in
            let desk = Desk(loop)
            return await [desk.ask().value, desk.ask().value]
        }
        #expect(answers == ["pass 1", "pass 2"])
    }

    @Test func thoseThatComeDuringAPassShareTheNext() async throws {
        let answers = try await onLoop { loop in
            let desk = Desk(loop, isOpen: false)
            let calls = (0..<5).map { _ in desk.ask() }
            await desk.settle()
            desk.open()
            var answers: [String] = []
            for call in calls { answers.append(await call.value) }
            return answers
        }
        #expect(answers == ["pass 1", "pass 2", "pass 2", "pass 2", "pass 2"])
    }

    @Test func differentQuestionsAreReadApart() async throws {
        let answers = try await onLoop { loop in
            let desk = Desk(loop, isOpen: false)
            let calls = [desk.ask(["gpu": 0]), desk.ask(["gpu": 1]), desk.ask(["gpu": 0]), desk.ask(["gpu": 1])]
            await desk.settle()
            desk.open()
            var answers: Set<String> = []
            for call in calls { answers.insert(await call.value) }
            return answers
        }
        #expect(answers == ["pass 1", "pass 2", "pass 3", "pass 4"])
    }

    @Test func aPassThatHangsIsWaitedForByNobodyElse() async throws {
        let answers = try await onLoop { loop in
            let desk = Desk(loop, isOpen: false, patience: .milliseconds(5))
            let stuck = desk.ask()
            let others = [desk.ask(), desk.ask()]
            await desk.begun(3)
            desk.open()
            var answers = [await stuck.value]
            for call in others { answers.append(await call.value) }
            return answers
        }
        #expect(answers.first == "pass 1")
        #expect(Set(answers) == ["pass 1", "pass 2", "pass 3"])
    }

    @Test func whatACancelledCallReadIsForNobodyElse() async throws {
        let answers = try await onLoop { loop in
            let desk = Desk(loop, isOpen: false)
            let first = desk.ask()
            let (leader, follower) = (desk.ask(), desk.ask())
            await desk.settle()
            leader.cancel()
            desk.open()
            return [await first.value, await leader.value, await follower.value]
        }
        #expect(answers == ["pass 1", "pass 2", "pass 3"])
    }

    @Test func aCallThatWantsProgressHasAPassOfItsOwn() async throws {
        let answers = try await onLoop { loop in
            let desk = Desk(loop, isOpen: false)
            let calls = [desk.ask(), desk.ask(progress: true), desk.ask(progress: true), desk.ask()]
            await desk.settle()
            desk.open()
            var answers: Set<String> = []
            for call in calls { answers.insert(await call.value) }
            return answers
        }
        #expect(answers.count == 4)
    }
}

/// A tool whose passes are numbered, and last until the desk is opened.
private final class Desk: Sendable {
    private struct State {
        var isOpen: Bool
        var begun = 0
        var held: [CheckedContinuation<Void, Never>] = []
    }

    private let loop: EventLoop
    private let calls: CoalescedCalls
    private let state: Mutex<State>

    init(_ loop: EventLoop, isOpen: Bool = true, patience: Duration = .seconds(600)) {
        self.loop = loop
        calls = CoalescedCalls(loop: loop, patience: patience)
        state = Mutex(State(isOpen: isOpen))
    }

    func ask(_ arguments: JSONObject = [:], progress: Bool = false) -> Task<String, Never> {
        let tool = Tool(name: "read", title: "", description: "", inputSchema: [:]) { _ in await self.read() }
        var call = ToolCall(arguments: arguments)
        if progress { call = ToolCall(arguments: arguments, progress: { _ in }) }
        let shared = tool.coalescing(calls)
        return Task(executorPreference: loop) { [call] in
            let result = try? await shared.handler(call)
            return result?.text ?? "nothing"
        }
    }

    private func read() async -> ToolResult {
        let number = state.withLock { state in
            state.begun += 1
            return state.begun
        }
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.held.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
        return .text("pass \(number)")
    }

    func open() {
        let held = state.withLock { state in
            state.isOpen = true
            return state.held
        }
        for continuation in held { continuation.resume() }
    }

    /// The loop sleeps only when nothing is left to run: then every call has come as far as it can.
    func settle() async { try? await loop.sleep(for: .milliseconds(1)) }

    func begun(_ count: Int) async {
        while state.withLock({ $0.begun < count }) { try? await loop.sleep(for: .milliseconds(1)) }
    }
}
