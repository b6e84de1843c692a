package import Testing

/// For tests that wait for processes by system calls: they run on threads of their own.
///
/// Swift has as many threads for tasks as the machine has processors. Two tests that wait for a program would stop all
/// others on a small machine, also those whose server has to answer in time.
package struct BlockingTrait: SuiteTrait, TestTrait, TestScoping {
    package var isRecursive: Bool { true }

    package func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await withTaskExecutorPreference(BlockingThreads.ofAllTests) { try await function() }
    }
}

extension Trait where Self == BlockingTrait {
    /// The test waits by system calls.
    package static var blocking: Self { BlockingTrait() }
}
