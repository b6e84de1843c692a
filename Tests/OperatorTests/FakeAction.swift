import Audit
import EventLoop
import JSON
import MCP
import Operations
import Probe
import ProbeProtocol
import Snapshots
import Synchronization
import TestSupport

@testable import Tools

/// An action on a thing that exists only here, whose facts a test can change.
final class FakeThing: Sendable {
    struct State: Sendable {
        var facts: Int64 = 1
        var refusals: [Refusal] = []
        var acts = 0
        var plans = 0
        /// Changes the facts by itself from this plan on.
        var changesAtPlan: Int?
        /// The call is cancelled while this plan is made.
        var cancelsAtPlan: Int?
        var steps = ["first", "second"]
    }

    let state = Mutex(State())

    func change(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }
    var now: State { state.withLock { $0 } }
}

struct FakePlan: OperatorPlan {
    var snapshot = NodeSnapshot()
    var targets = ["thing:1"]
    var facts: JSONObject
    var fields: [Field] { [Field(key: "signal", value: .text("TERM"))] }
    var refusals: [Refusal]
    var summary = "The thing would be changed."
    var question = "Change the thing?"
}

struct FakeAction: OperatorAction {
    static let tool = "fake"
    let thing: FakeThing

    func plan(_ arguments: JSONObject) async throws(ToolFailure) -> FakePlan {
        let now = thing.state.withLock { state in
            state.plans += 1
            if state.plans == state.changesAtPlan { state.facts += 1 }
            return state
        }
        if now.plans == now.cancelsAtPlan { withUnsafeCurrentTask { $0?.cancel() } }
        return FakePlan(facts: ["facts": .int(now.facts)], refusals: now.refusals)
    }

    func act(on plan: FakePlan, _ journal: ActionJournal) async throws(ActionStop) -> ActionResult {
        for step in thing.now.steps { try await journal.begin(step, step) }
        thing.change { $0.acts += 1 }
        return ActionResult(outcome: .done, summary: "The thing was changed.")
    }

    func verify(_ plan: FakePlan, after result: ActionResult?) async -> Verification { Verification() }
}

/// The same where half of it would be worse than all.
struct StubbornAction: OperatorAction {
    static let tool = "fake"
    static let isInterruptible = false
    let fake: FakeAction

    func plan(_ arguments: JSONObject) async throws(ToolFailure) -> FakePlan { try await fake.plan(arguments) }

    func act(on plan: FakePlan, _ journal: ActionJournal) async throws(ActionStop) -> ActionResult {
        try await fake.act(on: plan, journal)
    }

    func verify(_ plan: FakePlan, after result: ActionResult?) async -> Verification { Verification() }
}

/// The tool on a loop, its audit log and what it answered.
struct Bench: Sendable {
    let thing = FakeThing()
    let log: AuditLog
    let path: String
    private let folder: TemporaryFolder
    let plans: PlanStore
    let isShell: Bool

    static let origin = AuditOrigin(
        node: "n", mode: "operator", isSimulated: true, agentPID: OwnProcess.pid,
        agentStartTicks: OwnProcess.startTicks)

    init(lifetime: Duration = .seconds(86_400), clock: TestClock = TestClock(), isShell: Bool = false) throws {
        self.isShell = isShell
        folder = try TemporaryFolder()
        path = folder.path + "/audit.log"
        log = try AuditLog(file: path, origin: Self.origin)
        plans = PlanStore(lifetime: lifetime, now: { clock.now })
    }

    func probe(_ loop: EventLoop) -> Probe { Probe(loop: loop, configuration: ProbeConfiguration()) }

    func tool(_ loop: EventLoop, audit: AuditLog? = nil) -> Tool {
        tool(loop, FakeAction(thing: thing), audit: audit)
    }

    func tool(
        _ loop: EventLoop, _ action: some OperatorAction, audit: AuditLog? = nil,
        announce: @escaping @Sendable (Bool) -> Bool = { _ in true }
    ) -> Tool {
        let operation = OperatorContext(
            audit: audit ?? log, plans: plans, hostRoot: "/", isShell: isShell, announce: announce)
        let context = ToolContext(
            probe: probe(loop), loop: loop, nodeName: "n",
            isSimulated: true, mode: .operator, operation: operation)
        let procedure = OperatorProcedure(action: action, context: context, operation: operation)
        return Tool(name: "fake", title: "", description: "", inputSchema: ["type": "object"]) { call in
            try await procedure.answer(call)
        }
    }

    func events() -> [String] {
        let text = (try? AuditReading.file(path)).map { String(decoding: $0, as: UTF8.self) } ?? ""
        return text.split(separator: "\n").compactMap { line in
            let record = try? JSONParser.parse(Array(line.utf8))
            return [record?["event"]?.stringValue, record?["outcome"]?.stringValue].compactMap { $0 }
                .joined(separator: " ")
        }
    }
}

/// A clock that a test moves.
final class TestClock: Sendable {
    private let start = MonotonicTime.now
    private let moved = Mutex(Duration.zero)
    var now: MonotonicTime { start + moved.withLock { $0 } }
    func move(by duration: Duration) { moved.withLock { $0 += duration } }
}

let asking = SessionInfo(revision: .november2025, capabilities: ClientCapabilities(["elicitation": [:]]))
let silent = SessionInfo(revision: .november2025)
let yes: JSONObject = ["action": "accept", "content": ["confirm": true]]
