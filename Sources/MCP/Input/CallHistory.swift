import JSON
import Synchronization

/// What one logical call has learnt so far, over all the requests that it takes.
final class CallHistory: Sendable {
    struct State: Sendable, Equatable {
        /// Questions that have been answered.
        var answers: JSONObject = [:]
        /// Results of steps that must not be done again.
        var steps: JSONObject = [:]
        /// How often the client has been asked.
        var round: Int64 = 0
    }

    private let state: Mutex<State>

    init(_ state: State) { self.state = Mutex(state) }

    var now: State { state.withLock { $0 } }

    func kept(_ name: String) -> JSONValue? { state.withLock { $0.steps[name] } }

    func keep(_ name: String, _ value: JSONValue) { state.withLock { $0.steps[name] = value } }

    /// All answers, or the error that has the client asked for those that are missing or do not fit.
    func answers(to requests: InputRequests) throws(CallError) -> [String: InputAnswer] {
        let known = state.withLock { $0.answers }
        var answers: [String: InputAnswer] = [:]
        for (name, request) in requests.all {
            answers[name] = known[name].flatMap { InputAnswer($0, to: request) }
        }
        let open = requests.all.filter { answers[$0.name] == nil }
        guard open.isEmpty else { throw .needsInput(InputRequests(open.map { ($0.name, $0.request) })) }
        return answers
    }
}
