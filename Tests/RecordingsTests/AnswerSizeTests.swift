import Foundation
import TestSupport
import Testing

/// An assistant's context is dear: whatever is wrong with eight GPUs, a default answer stays short.
@Suite(.serialized, .blocking) struct AnswerSizeTests {
    private static let limit = 8_192

    /// All that can be wrong with eight GPUs at once: the gravest is told, the rest is counted.
    @Test func aNodeInRuins() async throws {
        let file = Recording.package.appending(path: "Tests/Recordings/everything-broken.json").path
        let node = Recording(name: "everything-broken", scenario: file)
        for (tool, answer) in try await NodeAnswers.shared.answers(of: node) {
            #expect(answer.utf8.count < Self.limit, "\(tool): \(answer.utf8.count) bytes")
        }
        let health = try await NodeAnswers.shared.answers(of: node)["get_gpu_health"] ?? ""
        #expect(health.contains(#""findings_left_out":"#))
    }

    @Test(arguments: Recording.all + Recording.builtIn)
    func defaultAnswersAreShort(node: Recording) async throws {
        let answers = try await NodeAnswers.shared.answers(of: node)
        #expect(!answers.isEmpty)
        for (tool, answer) in answers {
            #expect(answer.utf8.count < Self.limit, "\(node.name) \(tool): \(answer.utf8.count) bytes")
        }
    }
}
