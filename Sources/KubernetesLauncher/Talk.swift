import Synchronization

/// What kubectl says on standard error while it runs.
///
/// kubectl tells of its own errors in the moment it ends. What it says and then goes on is a credential plug-in that wants
/// something of the person: a page to be opened, a code to be entered. That is shown, and takes longer than an answer.
final class Talk: Sendable {
    private struct State {
        var text: [UInt8] = []
        /// What came since the last look, and what came before that and has not been shown.
        var fresh: [UInt8] = []
        var aged: [UInt8] = []
        var hasBegun = false
    }

    /// How much longer a person may take.
    static let patience = Duration.seconds(180)
    private static let longest = 65_536

    private let state = Mutex(State())
    private let isShown: Bool

    /// - Parameter isShown: whether what is meant for the person goes to our own standard error.
    init(isShown: Bool) { self.isShown = isShown }

    /// All that was said, up to 64 KiB.
    var text: String { String(decoding: state.withLock { $0.text }, as: UTF8.self) }

    /// True once something was shown to the person.
    var hasBegun: Bool { state.withLock { $0.hasBegun } }

    /// True once the person was shown something that reads like a request to log in.
    var asksForLogin: Bool { hasBegun && Self.isLogin(KubectlErrors.essence(text)) }

    func add(_ bytes: [UInt8]) {
        state.withLock { state in
            state.text = Array((state.text + bytes).suffix(Self.longest))
            state.fresh = Array((state.fresh + bytes).suffix(Self.longest))
        }
    }

    /// Shows what has waited for a second or two; returns when cancelled.
    func show() async {
        guard isShown else { return }
        while (try? await Task.sleep(for: .seconds(1))) != nil {
            let lines = takeAged()
            guard !lines.isEmpty else { continue }
            StandardStream.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: 2)
        }
    }

    /// Returns once something was shown.
    func begin() async throws(CancellationError) {
        while !hasBegun {
            do { try await Task.sleep(for: .milliseconds(200)) } catch { throw CancellationError() }
        }
    }

    private func takeAged() -> [String] {
        state.withLock { state in
            let lines = KubectlErrors.lines(String(decoding: state.aged, as: UTF8.self))
            (state.aged, state.fresh) = (state.fresh, [])
            state.hasBegun = state.hasBegun || !lines.isEmpty
            return lines
        }
    }

    /// Why kubectl did not finish.
    var deadlineFailure: LaunchFailure {
        guard !text.isEmpty else {
            return .noCluster("kubectl does not finish; a credential plug-in may be waiting for you")
        }
        let words = KubectlErrors.essence(text)
        return Self.isLogin(words)
            ? .notLoggedIn("kubectl waits: \(words)") : .noCluster("kubectl does not finish: \(words)")
    }

    private static func isLogin(_ text: String) -> Bool {
        let text = text.lowercased()
        let words = ["login", "log in", "sign in", "authenticat", "browser", "password", "credential", " code", "mfa"]
        return words.contains { text.contains($0) }
    }
}
