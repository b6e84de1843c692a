import Testing

/// An assistant's context is dear: whatever is wrong with eight GPUs, a default answer stays short.
@Suite(.serialized) struct AnswerSizeTests {
    private static let limit = 8_192

    @Test(arguments: Recording.all + Recording.builtIn)
    func defaultAnswersAreShort(node: Recording) async throws {
        let answers = try await NodeAnswers.shared.answers(of: node)
        #expect(!answers.isEmpty)
        for (tool, answer) in answers {
            #expect(answer.utf8.count < Self.limit, "\(node.name) \(tool): \(answer.utf8.count) bytes")
        }
    }
}
