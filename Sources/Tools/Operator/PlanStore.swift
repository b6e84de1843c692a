internal import Digests
package import EventLoop
internal import JSON
internal import MCP
internal import Snapshots
internal import Synchronization

/// The plans that wait for their confirmation, each good for once and for a short time.
package final class PlanStore: Sendable {
    /// How long a plan can be confirmed.
    let lifetime: Duration
    private let secret: [UInt8]
    private let now: @Sendable () -> MonotonicTime
    private let plans = Mutex<[PendingPlan]>([])
    /// More are not kept: the oldest is thrown away.
    private static let limit = 64

    package init(
        lifetime: Duration = .seconds(300), now: @escaping @Sendable () -> MonotonicTime = { MonotonicTime.now }
    ) {
        self.lifetime = lifetime
        self.now = now
        secret = Secret.random(32)
    }

    /// Keeps a plan until it is confirmed or too old.
    ///
    /// - Parameters:
    ///   - earlier: what the person must also know.
    ///   - isAsked: true where the client asks the person.
    func issue(
        tool: String, arguments: JSONObject, plan: some OperatorPlan, earlier: [EarlierAction], isAsked: Bool
    ) -> PendingPlan {
        let (arguments, facts) = (Self.digest(arguments), Self.digest(plan.facts))
        let code = SHA256.authenticationCode(
            Secret.random(16) + Array(tool.utf8) + [0] + arguments + facts, key: secret)
        let seconds = lifetime.components.seconds
        let pending = PendingPlan(
            id: "plan-" + code.prefix(16).map(Self.hexadecimal).joined(), tool: tool, arguments: arguments,
            facts: facts, question: ([plan.question] + earlier.map(\.sentence)).joined(separator: "\n"),
            isAsked: isAsked,
            expires: now() + lifetime,
            expiresAtMicroseconds: WallClock.microseconds + seconds * 1_000_000)
        plans.withLock { plans in
            if plans.count >= Self.limit { plans.removeFirst() }
            plans.append(pending)
        }
        return pending
    }

    /// A plan that still waits; it stays in the store.
    func pending(_ id: String) throws(PlanFault) -> PendingPlan {
        let found = plans.withLock { $0.first { Secret.areEqual(Array($0.id.utf8), Array(id.utf8)) } }
        guard let found else { throw .unknown }
        guard now() <= found.expires else { throw .expired }
        return found
    }

    /// Takes a plan out of the store: nobody can confirm it again.
    ///
    /// - Parameter isAsked: whether the person was asked; a plan is good for one of the two ways.
    func take(
        _ id: String, tool: String, arguments: JSONObject, isAsked: Bool
    ) throws(PlanFault) -> PendingPlan {
        let found = try pending(id)
        guard found.isAsked == isAsked else { throw .asked }
        guard found.tool == tool, found.arguments == Self.digest(arguments) else { throw .otherCall }
        let isOurs = plans.withLock { plans in
            let count = plans.count
            plans.removeAll { $0.id == found.id }
            return plans.count < count
        }
        guard isOurs else { throw .used }
        return found
    }

    /// Whether the facts are still those of the plan.
    static func facts(_ facts: JSONObject, areThoseOf plan: PendingPlan) -> Bool { digest(facts) == plan.facts }

    /// Tells objects apart by their members, in whatever order these are written.
    static func digest(_ object: JSONObject) -> [UInt8] { SHA256.hash(ordered(.object(object)).encoded()) }

    static func hexadecimal(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }

    private static func ordered(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let elements): .array(elements.map(ordered))
        case .object(let object):
            .object(JSONObject(object.sorted { $0.key < $1.key }.map { ($0.key, ordered($0.value)) }))
        default: value
        }
    }
}
