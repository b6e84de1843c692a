internal import EventLoop
internal import JSON

/// A plan that waits for its confirmation.
struct PendingPlan: Sendable, Equatable {
    /// Nobody can guess it; it is bound to the tool, its arguments and the facts.
    let id: String
    let tool: String
    /// Digest of the arguments.
    let arguments: [UInt8]
    /// Digest of ``OperatorPlan/facts``.
    let facts: [UInt8]
    let question: String
    /// Its confirmation comes from the person, whom the client asks; its id alone confirms nothing.
    let isAsked: Bool
    let expires: MonotonicTime
    /// The same by the wall clock, microseconds since 1970: for people and for other processes.
    let expiresAtMicroseconds: Int64
}

/// Why a plan cannot be confirmed.
enum PlanFault: String, Error, Sendable {
    /// It was never made here, or has been confirmed, refused or thrown away.
    case unknown = "plan_unknown"
    case expired = "plan_expired"
    /// It was made for another tool or other arguments.
    case otherCall = "plan_of_other_call"
    /// The person is asked about it, and nobody else can say yes.
    case asked = "plan_of_a_question"
    /// Somebody else has used it meanwhile.
    case used = "plan_used"

    var message: String {
        switch self {
        case .unknown: "There is no such plan that waits for a confirmation."
        case .expired: "The plan is too old to be confirmed."
        case .otherCall: "The plan was made for other arguments, or another tool."
        case .asked: "The person is being asked about this plan; a yes to it comes from there and not by its id."
        case .used: "The plan has been confirmed or refused before; each plan can be used once."
        }
    }

    static let remedy =
        "Call again without confirm for a new plan, and show it to the person who decides."
}
