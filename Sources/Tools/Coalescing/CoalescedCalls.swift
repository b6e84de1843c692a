internal import EventLoop
internal import JSON
internal import MCP
internal import Synchronization

/// Lets identical calls that wait at the same time share one pass over the hardware.
///
/// Nobody is given an answer from before his question: a call that comes while the same is being read already waits, together
/// with all others like it, for a pass that begins afterwards. If the pass in progress takes long, those that wait go their
/// own ways, so that a driver that hangs makes nobody wait for two deadlines.
final class CoalescedCalls: Sendable {
    fileprivate enum Turn {
        /// Read, and hand the answer on to all that wait at that moment.
        case lead
        /// Somebody has read since the question came.
        case answered(ToolResult)
        /// Read without regard to others.
        case alone
    }

    fileprivate typealias Waiting = UnsafeContinuation<Turn, Never>

    /// A pass in progress, and the calls that came after it began.
    fileprivate struct Pass {
        let number: UInt64
        var waiting: [Waiting] = []
    }

    fileprivate struct State {
        var passes: [[UInt8]: Pass] = [:]
        var lastNumber: UInt64 = 0
        var isPatrolled = false

        /// - Returns: false when the same is being read already.
        mutating func begin(_ key: [UInt8]) -> Bool {
            guard passes[key] == nil else { return false }
            lastNumber += 1
            passes[key] = Pass(number: lastNumber)
            return true
        }
    }

    private let loop: EventLoop
    /// Whoever has waited so long for a pass that began before, waits at most as long again. A healthy pass takes less than a
    /// millisecond.
    private let patience: Duration
    private let state = Mutex(State())

    init(loop: EventLoop, patience: Duration = .milliseconds(25)) {
        self.loop = loop
        self.patience = patience
    }

    /// The answer to a call, read by `work` for this call or for one like it that came at the same time.
    func answer(to call: ToolCall, by work: (ToolCall) async throws -> ToolResult) async rethrows -> ToolResult {
        let key = call.arguments.encoded()
        switch await turn(key) {
        case .answered(let result): return result
        case .alone: return try await work(call)
        case .lead:
            let followers = takeWaiting(key)
            var result: ToolResult?
            defer { end(key, followers, result) }
            var answer = try await work(call)
            // What a cancelled call got may be less than was asked for.
            guard !Task.isCancelled, !followers.isEmpty else { return answer }
            answer = answer.forSeveral()
            result = answer
            return answer
        }
    }

    private func turn(_ key: [UInt8]) async -> Turn {
        if state.withLock({ $0.begin(key) }) { return .lead }
        return await withUnsafeContinuation { (waiting: Waiting) in
            let isFirst = state.withLock { state in
                if state.begin(key) { return true }
                state.passes[key]?.waiting.append(waiting)
                startPatrol(&state)
                return false
            }
            if isFirst { waiting.resume(returning: .lead) }
        }
    }

    /// Takes those along that came before the reading begins.
    private func takeWaiting(_ key: [UInt8]) -> [Waiting] {
        state.withLock { state in
            guard let waiting = state.passes[key]?.waiting, !waiting.isEmpty else { return [] }
            state.passes[key]?.waiting = []
            return waiting
        }
    }

    /// Hands the answer on and lets those that came meanwhile begin; without an answer the followers are among them.
    private func end(_ key: [UInt8], _ followers: [Waiting], _ result: ToolResult?) {
        let next: Waiting? = state.withLock { state in
            var waiting = (result == nil ? followers : []) + (state.passes.removeValue(forKey: key)?.waiting ?? [])
            guard !waiting.isEmpty, state.begin(key) else { return nil }
            let leader = waiting.removeFirst()
            state.passes[key]?.waiting = waiting
            return leader
        }
        if let result { for follower in followers { follower.resume(returning: .answered(result)) } }
        // After the others, so that who comes while they are answered is taken along.
        next?.resume(returning: .lead)
    }
}

// MARK: Impatience

extension CoalescedCalls {
    private func startPatrol(_ state: inout State) {
        guard !state.isPatrolled else { return }
        state.isPatrolled = true
        Task(executorPreference: loop) { await self.keepPatrol() }
    }

    /// Sends those on their own ways that wait for the same pass in two rounds; ends when nobody waits.
    private func keepPatrol() async {
        var seen: Set<UInt64> = []
        while true {
            try? await loop.sleep(for: patience)
            let (late, goesOn) = state.withLock { state in
                let late = state.takeWaiting(in: seen)
                seen = Set(state.passes.values.filter { !$0.waiting.isEmpty }.map(\.number))
                state.isPatrolled = !seen.isEmpty
                return (late, state.isPatrolled)
            }
            for call in late { call.resume(returning: .alone) }
            guard goesOn else { return }
        }
    }
}

extension CoalescedCalls.State {
    fileprivate mutating func takeWaiting(in numbers: Set<UInt64>) -> [CoalescedCalls.Waiting] {
        var taken: [CoalescedCalls.Waiting] = []
        for (key, pass) in passes where numbers.contains(pass.number) {
            taken += pass.waiting
            passes[key]?.waiting = []
        }
        return taken
    }
}
