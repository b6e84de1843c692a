import Audit
import CUnix
import EventLoop
import JSON
import MCP
import Operations
import Synchronization
import TestSupport
import Testing

@testable import Tools

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// What every change to a node goes through.
@Suite struct ProcedureTests {
    private func answer(_ result: ToolResult) -> JSONValue {
        (result.structuredBytes.flatMap { try? JSONParser.parse($0) }) ?? .string(result.text)
    }

    /// One call whose user answers so; nil for a client that cannot ask.
    private func call(
        _ bench: Bench, _ arguments: JSONObject = [:], user: JSONObject?, audit: AuditLog? = nil,
        before: (@Sendable () -> Void)? = nil
    ) async throws -> JSONValue {
        let result = try await onLoop { loop in
            let tool = bench.tool(loop, audit: audit)
            return await tool.call(arguments: arguments, session: user == nil ? silent : asking) { _ in
            } asker: { _ in
                before?()
                return user ?? [:]
            }
        }
        return answer(result)
    }

    @Test func aYesToThePlanIsCarriedOutAndRecordedBeforehand() async throws {
        let bench = try Bench()
        let answer = try await call(bench, user: yes)
        #expect(answer["outcome"] == "done")
        #expect(answer["acted"] == true)
        #expect(bench.thing.now.acts == 1)
        #expect(
            bench.events() == [
                "plan", "confirmation accepted", "action begins", "step", "step", "result done",
            ])
        #expect(AuditVerification(try AuditReading.file(bench.path)).fault == nil)
    }

    private static let noes: [(user: JSONObject, outcome: String)] = [
        (["action": "decline"], "declined"), (["action": "cancel"], "cancelled"),
        (["action": "accept", "content": ["confirm": false]], "declined"),
    ]

    @Test(arguments: 0..<3) func everythingButAYesIsANo(index: Int) async throws {
        let (user, outcome) = Self.noes[index]
        let bench = try Bench()
        let answer = try await call(bench, user: user)
        #expect(answer["outcome"] == .string(outcome))
        #expect(answer["acted"] == false)
        #expect(bench.thing.now.acts == 0)
        #expect(bench.events() == ["plan", "confirmation \(outcome)"])
    }

    @Test func anAnswerThatMakesNoSenseIsANo() async throws {
        let bench = try Bench()
        _ = try await call(bench, user: ["action": "accept", "content": ["confirm": "maybe"]])
        _ = try await call(bench, user: ["confirm": true])
        #expect(bench.thing.now.acts == 0)
        #expect(bench.events() == ["plan", "confirmation not_answered", "plan", "confirmation not_answered"])
    }

    @Test func whereNobodyCanBeAskedThePlanIsTheAnswer() async throws {
        let bench = try Bench()
        let plan = try await call(bench, ["a": 1], user: nil)
        #expect(plan["outcome"] == "confirmation_required")
        #expect(plan["acted"] == false)
        #expect(bench.thing.now.acts == 0)
        let id = try #require(plan["plan_id"])
        let done = try await call(bench, ["a": 1, "confirm": id], user: nil)
        #expect(done["outcome"] == "done")
        let again = try await call(bench, ["a": 1, "confirm": id], user: nil)
        #expect(again["refusals"]?.arrayValue?.first?["reason"] == "plan_unknown")
        #expect(bench.thing.now.acts == 1)
    }

    @Test func aPlanIsGoodForItsOwnArgumentsOnly() async throws {
        let bench = try Bench()
        let id = try #require(try await call(bench, ["a": 1], user: nil)["plan_id"])
        let other = try await call(bench, ["a": 2, "confirm": id], user: nil)
        #expect(other["refusals"]?.arrayValue?.first?["reason"] == "plan_of_other_call")
        let guessed = try await call(bench, ["a": 1, "confirm": "plan-0123456789abcdef0123456789abcdef"], user: nil)
        #expect(guessed["refusals"]?.arrayValue?.first?["reason"] == "plan_unknown")
        #expect(bench.thing.now.acts == 0)
    }

    @Test func anOldPlanIsNoPlan() async throws {
        let clock = TestClock()
        let bench = try Bench(lifetime: .seconds(10), clock: clock)
        let id = try #require(try await call(bench, user: nil)["plan_id"])
        clock.move(by: .seconds(11))
        let late = try await call(bench, ["confirm": id], user: nil)
        #expect(late["refusals"]?.arrayValue?.first?["reason"] == "plan_expired")
        // The same where the user thinks for too long.
        let thought = try await call(bench, user: yes) { clock.move(by: .seconds(11)) }
        #expect(thought["refusals"]?.arrayValue?.first?["reason"] == "plan_expired")
        #expect(bench.thing.now.acts == 0)
    }

    @Test func aModelCannotConfirmForAUserWhoCanBeAsked() async throws {
        let bench = try Bench()
        let id = try #require(try await call(bench, user: nil)["plan_id"])
        let answer = try await call(bench, ["confirm": id], user: yes)
        #expect(answer["refusals"]?.arrayValue?.first?["reason"] == "confirm_not_accepted")
        #expect(bench.thing.now.acts == 0)
    }

    @Test func factsThatChangeMakeTheYesVoid() async throws {
        let bench = try Bench()
        let changed = try await call(bench, user: yes) { bench.thing.change { $0.facts = 2 } }
        #expect(changed["outcome"] == "plan_changed")
        let id = try #require(try await call(bench, user: nil)["plan_id"])
        bench.thing.change { $0.facts = 3 }
        let shown = try await call(bench, ["confirm": id], user: nil)
        #expect(shown["outcome"] == "plan_changed")
        #expect(bench.thing.now.acts == 0)
        // The new plan has an id of its own.
        let new = try #require(shown["plan_id"])
        #expect(new != id)
        #expect(try await call(bench, ["confirm": new], user: nil)["outcome"] == "done")
    }

    @Test func aCallThatIsCancelledAfterTheYesDoesNothing() async throws {
        let bench = try Bench()
        bench.thing.change { $0.cancelsAtPlan = 2 }
        let answer = try await call(bench, user: yes)
        #expect(answer["outcome"] == "refused")
        #expect(answer["refusals"]?.arrayValue?.first?["reason"] == "interrupted")
        #expect(bench.thing.now.acts == 0)
        #expect(bench.events() == ["plan", "confirmation accepted", "refusal interrupted"])
    }

    @Test func whatComesUpMeanwhileStopsIt() async throws {
        let bench = try Bench()
        let refusal = Refusal("kubelet", message: "m", remedy: "r")
        let answer = try await call(bench, user: yes) { bench.thing.change { $0.refusals = [refusal] } }
        #expect(answer["outcome"] == "refused")
        #expect(bench.thing.now.acts == 0)
        #expect(bench.events() == ["plan", "confirmation accepted", "refusal refused"])
    }

    @Test(arguments: ProtectedProgram.all.map(\.reason)) func whatIsRefusedIsNeitherAskedNorDone(reason: String)
        async throws
    {
        let bench = try Bench()
        let refusal = Refusal(
            reason, subject: "process 7 (x)", message: "It is protected.", remedy: "Stop it otherwise.")
        bench.thing.change { $0.refusals = [refusal] }
        let asked = Mutex(0)
        let answer = try await call(bench, user: yes) { asked.withLock { $0 += 1 } }
        #expect(answer["outcome"] == "refused")
        #expect(answer["acted"] == false)
        let shown = try #require(answer["refusals"]?.arrayValue?.first)
        #expect(shown["reason"] == .string(reason))
        #expect(shown["remedy"] == "Stop it otherwise.")
        #expect(answer["summary"]?.stringValue?.contains("Stop it otherwise.") == true)
        #expect(asked.withLock { $0 } == 0)
        #expect(bench.thing.now.acts == 0)
        #expect(bench.events() == ["refusal refused"])
    }

    @Test func twoActionsOnOneThingDoNotMeet() async throws {
        let running = RunningActions()
        #expect(running.begin("a", ["gpu:1"], isInterruptible: true))
        #expect(!running.begin("b", ["gpu:1", "gpu:2"], isInterruptible: true))
        #expect(running.begin("c", ["gpu:2"], isInterruptible: true))
        running.end("a")
        #expect(running.begin("b", ["gpu:1"], isInterruptible: true))
        await running.finish()
        #expect(!running.begin("d", ["gpu:3"], isInterruptible: true))
    }

    @Test func whatCannotBeRecordedIsNotDone() async throws {
        let bench = try Bench()
        let full = open("/dev/full", O_WRONLY)
        defer { close(full) }
        let audit = AuditLog(stream: full, origin: Bench.origin)
        let answer = try await call(bench, user: yes, audit: audit)
        #expect(answer.stringValue?.contains("could not be recorded") == true)
        #expect(bench.thing.now.acts == 0)
    }

    /// A log that fills up while the question is open: the yes cannot be recorded any more.
    @Test func aRecordThatFailsOnTheWayStopsTheRest() async throws {
        signal(SIGPIPE, SIG_IGN)
        let bench = try Bench()
        var ends: [Int32] = [-1, -1]
        try #require(csystem_pipe(&ends) == 0)
        let (reading, writing) = (ends[0], ends[1])
        let audit = AuditLog(stream: writing, origin: Bench.origin)
        let answer = try await call(bench, user: yes, audit: audit) { close(reading) }
        close(writing)
        #expect(answer.stringValue?.contains("could not be recorded") == true)
        #expect(bench.thing.now.acts == 0)
    }

    @Test func aLogThatAnotherProcessKeepsHoldsUpNobodyElse() async throws {
        let bench = try Bench()
        let other = open(bench.path, O_RDWR | O_CLOEXEC)
        try #require(other >= 0 && flock(other, LOCK_EX) == 0)
        let (pause, result) = try await onLoop { loop in
            async let result = bench.tool(loop).call(arguments: [:], session: silent)
            while bench.thing.now.plans == 0 { await Task.yield() }
            let start = MonotonicTime.now
            try? await loop.sleep(for: .milliseconds(50))
            let pause = MonotonicTime.now.duration(since: start)
            // Closed alone, it would live on in processes that other tests start at this moment.
            flock(other, LOCK_UN)
            close(other)
            return (pause, await result)
        }
        // The lock is asked for again and again for two seconds.
        #expect(pause < .seconds(1))
        #expect(!result.isError)
        #expect(bench.events() == ["plan"])
    }

    @Test func anActionWhoseAgentWasKilledIsNamedInTheNextPlan() async throws {
        let bench = try Bench()
        let dead = AuditOrigin(node: "n", mode: "operator", isSimulated: true, agentPID: 1, agentStartTicks: 1)
        let log = try AuditLog(file: bench.path, origin: dead)
        let actor = AuditActor(channel: "test")
        for (kind, step) in [(AuditEvent.Kind.action, nil), (.step, "send_TERM"), (.step, "wait_for_end")] {
            let event = AuditEvent(kind, tool: "fake", planID: "plan-old", targets: ["thing:1"], step: step)
            _ = try log.append(event, actor)
        }
        let plan = try await call(bench, user: nil)
        #expect(plan["outcome"] == "confirmation_required")
        #expect(plan["summary"]?.stringValue?.contains("stopped at step wait_for_end") == true)
        let earlier = try #require(plan["earlier_actions"]?.arrayValue?.first)
        #expect(earlier["steps"] == ["send_TERM", "wait_for_end"])
        // Once there is a result on the same thing, it is said no more.
        let id = try #require(plan["plan_id"])
        #expect(try await call(bench, ["confirm": id], user: nil)["outcome"] == "done")
        #expect(try await call(bench, user: nil)["earlier_actions"] == nil)
    }

    @Test func anActionThatIsStillGoingOnElsewhereIsNotDisturbed() async throws {
        let bench = try Bench()
        let parent = getppid()
        let other = AuditOrigin(
            node: "n", mode: "operator", isSimulated: true, agentPID: parent,
            agentStartTicks: OwnProcess.startTicks(of: parent))
        let event = AuditEvent(.action, tool: "fake", planID: "plan-other", targets: ["thing:1"])
        _ = try AuditLog(file: bench.path, origin: other).append(event, AuditActor(channel: "test"))
        let answer = try await call(bench, user: yes)
        #expect(answer["refusals"]?.arrayValue?.first?["reason"] == "action_in_progress")
        #expect(bench.thing.now.acts == 0)
    }

    @Test func theShellFindsItsPlanInTheLog() async throws {
        let first = try Bench(isShell: true)
        let id = try #require(try await call(first, ["a": 1], user: nil)["plan_id"])
        // Another process has another store.
        let clock = TestClock()
        func next(_ arguments: JSONObject) async throws -> JSONValue {
            let operation = OperatorContext(
                audit: first.log, plans: PlanStore(now: { clock.now }), hostRoot: "/", isShell: true)
            let (thing, bench) = (first.thing, first)
            return answer(
                try await onLoop { loop in
                    let context = ToolContext(
                        probe: bench.probe(loop), loop: loop, nodeName: "n", isSimulated: true, mode: .operator,
                        operation: operation)
                    let procedure = OperatorProcedure(
                        action: FakeAction(thing: thing), context: context, operation: operation)
                    let tool = Tool(name: "fake", title: "", description: "", inputSchema: ["type": "object"]) {
                        try await procedure.answer($0)
                    }
                    return await tool.call(arguments: arguments)
                })
        }
        #expect(
            try await next(["a": 2, "confirm": id])["refusals"]?.arrayValue?.first?["reason"] == "plan_of_other_call")
        #expect(try await next(["a": 1, "confirm": id])["outcome"] == "done")
        #expect(try await next(["a": 1, "confirm": id])["refusals"]?.arrayValue?.first?["reason"] == "plan_used")
        #expect(first.thing.now.acts == 1)
    }
}
