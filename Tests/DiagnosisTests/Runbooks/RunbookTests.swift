import Testing

@testable import Diagnosis

@Suite struct RunbookTests {
    @Test func eachHasATitleAndASummary() {
        let runbooks = Runbook.all
        #expect(runbooks.count >= 5)
        #expect(Set(runbooks.map(\.name)).count == runbooks.count)
        for runbook in runbooks {
            #expect(!runbook.title.isEmpty && !runbook.title.hasPrefix("#"), "\(runbook.name)")
            #expect(!runbook.summary.isEmpty && !runbook.summary.contains("\n"), "\(runbook.name)")
            #expect(runbook.text.hasPrefix("# \(runbook.title)\n"))
            // One is read as a whole into a model's context.
            #expect(runbook.text.utf8.count < 4_096, "\(runbook.name)")
        }
    }

    @Test func theyReferToRunbooksThatExist() {
        let names = Set(Runbook.all.map { "gpu://docs/\($0.name)" })
        for runbook in Runbook.all {
            for word in codeWords(runbook) where word.hasPrefix("gpu://docs/") { #expect(names.contains(word)) }
        }
    }

    @Test func theyNameOnlyActionsThatExist() {
        let actions = Set(Action.allCases.map(\.rawValue))
        var seen = 0
        for runbook in Runbook.all {
            for word in codeWords(runbook) where !word.isEmpty && word.allSatisfy({ $0.isUppercase || $0 == "_" }) {
                #expect(actions.contains(word), "\(runbook.name): \(word)")
                seen += 1
            }
        }
        #expect(seen > 5)
    }

    /// What stands between backticks.
    private func codeWords(_ runbook: Runbook) -> [String] {
        runbook.text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }
}
