import Foundation
import TestSupport
import Testing

/// The simulator is looked at from outside, by clients in processes of their own: NVML's interface is C's.
@Suite(.blocking) struct SimulatorTests {
    @Test func faultsAndRules() throws {
        let library = try Library()
        let run = try ChildProcess.run(["python3", Paths.script("simulator_faults.py"), library.path])
        #expect(run.status == 0, "\(run.output)")
    }

    @Test func nvidiaMLPyWalksEveryScenario() throws {
        let library = try Library()
        guard let python = try Python.withNVIDIAMLPy() else {
            try Test.cancel("skipped: nvidia-ml-py cannot be installed here (no PyPI)")
        }
        let run = try ChildProcess.run(
            [python, Paths.script("simulator_walk.py"), library.folder] + Paths.scenarioNames())
        #expect(run.status == 0, "\(run.output)")
    }

    @Test func onlyNVMLIsExported() throws {
        let library = try Library()
        let run = try ChildProcess.run(["nm", "-D", "--defined-only", library.path])
        let symbols = run.output.split(separator: "\n").map { $0.split(separator: " ") }
        // A lower-case letter marks a symbol that other libraries do not see.
        let exported = symbols.filter { $0.count == 3 && $0[1].allSatisfy(\.isUppercase) }.map { $0[2] }
        #expect(exported.count > 150)
        #expect(exported.filter { !$0.hasPrefix("nvml") } == [])
    }

    @Test func everySignatureThatTheAgentKnowsIsAnswered() throws {
        let library = try Library()
        let header = try String(contentsOfFile: Paths.root + "/Sources/CNVML/include/CNVMLFunctions.h", encoding: .utf8)
        let wanted = header.matches(of: /CNVML_FUNCTION\(\s*(nvml\w+)/).map { String($0.output.1) }
        let run = try ChildProcess.run(["nm", "-D", "--defined-only", library.path])
        let exported = Set(run.output.split(whereSeparator: \.isWhitespace).map(String.init))
        #expect(wanted.count > 100)
        #expect(wanted.filter { !exported.contains($0) } == [])
    }
}
