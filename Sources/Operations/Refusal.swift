/// Why something is not done, and what to do instead.
package struct Refusal: Error, Sendable, Hashable {
    /// A fixed word, for example `container_runtime`.
    package var reason: String
    /// What it is about: `process 4711 (python)`, `GPU 3`; nil where it is about the whole request.
    package var subject: String?
    /// What stands against it, in one sentence.
    package var message: String
    /// What to do instead, in one sentence.
    package var remedy: String

    package init(_ reason: String, subject: String? = nil, message: String, remedy: String) {
        self.reason = reason
        self.subject = subject
        self.message = message
        self.remedy = remedy
    }
}
