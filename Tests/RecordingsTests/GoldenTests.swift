import Foundation
import TestSupport
import Testing

/// What every tool says about every recorded node has been read by a person and is kept. A change of an answer shows here;
/// if it is meant, `UPDATE_GOLDEN=1 swift test --filter GoldenTests` writes all of them anew, and the difference is read again.
@Suite(.serialized, .blocking) struct GoldenTests {
    private static let isUpdating = ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1"

    @Test(arguments: Recording.all)
    func answersAreTheKeptOnes(node: Recording) async throws {
        let answers = try await NodeAnswers.shared.answers(of: node).mapValues(Normalised.answer)
        if Self.isUpdating { try write(answers, node) }
        for (tool, answer) in answers.sorted(by: { $0.key < $1.key }) {
            let file = node.golden.appending(path: "\(tool).json")
            guard let kept = try? String(contentsOf: file, encoding: .utf8) else {
                Issue.record("\(node.name) has no kept answer of \(tool); UPDATE_GOLDEN=1 writes it")
                continue
            }
            #expect(answer == kept, "\(node.name) \(tool): \(Self.firstDifference(kept, answer))")
        }
    }

    @Test(arguments: Recording.all)
    func nothingIsKeptOfToolsThatAreGone(node: Recording) async throws {
        let tools = Set(try await NodeAnswers.shared.answers(of: node).keys.map { "\($0).json" })
        let kept = (try? FileManager.default.contentsOfDirectory(atPath: node.golden.path)) ?? []
        #expect(kept.filter { !tools.contains($0) } == [])
    }

    private func write(_ answers: [String: String], _ node: Recording) throws {
        try? FileManager.default.removeItem(at: node.golden)
        try FileManager.default.createDirectory(at: node.golden, withIntermediateDirectories: true)
        for (tool, answer) in answers {
            try answer.write(to: node.golden.appending(path: "\(tool).json"), atomically: true, encoding: .utf8)
        }
    }

    static func firstDifference(_ kept: String, _ now: String) -> String {
        let (old, new) = (kept.split(separator: "\n"), now.split(separator: "\n"))
        let place =
            zip(old, new).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(old.count, new.count)
        func line(_ lines: [Substring]) -> Substring { lines.indices.contains(place) ? lines[place] : "(end)" }
        return "line \(place + 1) was \(line(old)) and is \(line(new))"
    }
}
