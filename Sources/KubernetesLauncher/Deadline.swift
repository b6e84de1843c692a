/// An operation took longer than it may.
struct DeadlineExceeded: Error {}

enum Deadline {
    /// Runs `operation`, and cancels it after `limit`, or so much later as `more` says in that moment.
    static func run<Value: Sendable>(
        _ limit: Duration, more: @escaping @Sendable () -> Duration = { .zero },
        _ operation: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await operation() }
            group.addTask {
                try await Task.sleep(for: limit)
                try await Task.sleep(for: more())
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let value = first else { throw DeadlineExceeded() }
            return value
        }
    }
}
