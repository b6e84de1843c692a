import Foundation
import Testing

@testable import Scenarios

/// A scenario file for the time of a test.
func withScenario<Result>(_ text: String, _ body: (String) throws -> Result) throws -> Result {
    let path = NSTemporaryDirectory() + "scenario-\(UUID().uuidString).json"
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    defer { unlink(path) }
    return try body(path)
}

@Suite struct SchemaErrorTests {
    /// What is written, which key the error must name, and a part of what it must say.
    static let wrong: [(text: String, path: String, says: String)] = [
        (#"{"modle": "b200", "count": 1}"#, "modle", "did you mean \"model\""),
        (#"{"model": "b300", "count": 1}"#, "model", "did you mean \"b200\""),
        (#"{"model": "t4", "count": 1000}"#, "count", "between 0 and 248"),
        (#"{"model": "t4", "count": "two"}"#, "count", "expected a number"),
        (#"{"extends": "h100x8", "gpus": [{"index": 3, "ecc": {"srma": {}}}]}"#, "gpus[3].ecc.srma", "\"sram\""),
        (#"{"extends": "h100x8", "gpus": [{"index": 8}]}"#, "gpus[0]", "below 8"),
        (#"{"extends": "a100x2", "gpus": [{"index": 0}, {"index": 0}]}"#, "", ""),
        (#"{"extends": "h100x9"}"#, "", "cannot be opened"),
        (#"{"model": "t4", "count": 1, "all_gpus": {"power": {"usage_mw": 1.5}}}"#, "gpus[0].power.usage_mw", "whole"),
        (#"{"model": "t4", "count": 1, "all_gpus": {"power": {"usage_mw": "hot"}}}"#, "gpus[0].power.usage_mw", "hot"),
        (
            #"{"model": "t4", "count": 1, "all_gpus": {"power": {"usage_mw": {"error": "GPU_IS_LOTS"}}}}"#,
            "gpus[0].power.usage_mw.error", "did you mean \"GPU_IS_LOST\""
        ),
        (
            #"{"model": "t4", "count": 1, "all_gpus": {"event_reasons": {"active": ["hw_slowdwon"]}}}"#,
            "gpus[0].event_reasons.active[0]", "did you mean \"hw_slowdown\""
        ),
        (
            #"{"extends": "h100x8", "gpus": [{"index": 0, "nvlink": {"links": [{"link": 18}]}}]}"#,
            "gpus[0].nvlink.links[0]", "between 0 and 17"
        ),
        (
            #"{"model": "t4", "count": 1, "faults": [{"call": "nvmlIntt", "crash": true}]}"#, "faults[0].call",
            "nvmlInit"
        ),
        (#"{"model": "t4", "count": 1, "faults": [{"call": "*"}]}"#, "faults[0]", "\"hang_s\""),
        (
            #"{"model": "t4", "count": 1, "faults": [{"call": "*", "crash": true, "result": 15}]}"#, "faults[0]",
            "expected one of"
        ),
        (#"{"model": "t4", "count": 1, "all_gpus": {"pci": {"bus_id": "x"}}}"#, "gpus[0].pci.bus_id", "0000:3b:00.0"),
        (#"{"model": "t4", "count": 1, "processes": [{"pid": 0}]}"#, "processes[0].pid", "above 0"),
        (#"{"model": "t4", "count": 1, "kernel_log": [{"xid": 79}]}"#, "kernel_log[0]", "\"gpu\""),
        (#"{"model": "t4", "count": 1, "host": {"files": {"a": 1}}}"#, "host.files.a", "expected an object"),
        (#"{"model": "t4", "count": 1,}"#, "", "not valid JSON"),
        (#"[1]"#, "", "expected an object"),
    ]

    @Test(arguments: wrong.indices)
    func namesFileAndKey(index: Int) throws {
        let (text, path, says) = Self.wrong[index]
        try withScenario(text) { file in
            let error = #expect(throws: ScenarioError.self) { try Scenario.load(file) }
            guard index != 6 else { return }
            #expect(error?.path == path)
            #expect(error?.description.contains(says) == true, "\(error?.description ?? "")")
            if !says.hasPrefix("cannot") { #expect(error?.source == file) }
        }
    }

    @Test func unknownNamesGetASuggestion() {
        let near = #expect(throws: ScenarioError.self) { try Scenario.resolve("falen-off-bus") }
        #expect(near?.description.contains("did you mean \"fallen-off-bus\"") == true)
        let far = #expect(throws: ScenarioError.self) { try Scenario.resolve("/no/such/file") }
        #expect(far?.description.contains("built-in scenarios: a100x2") == true)
    }

    @Test func endlessExtensionsAreRefused() throws {
        let path = NSTemporaryDirectory() + "loop-\(UUID().uuidString).json"
        try #"{"extends": "\#(path)"}"#.write(toFile: path, atomically: true, encoding: .utf8)
        defer { unlink(path) }
        let error = #expect(throws: ScenarioError.self) { try Scenario.load(path) }
        #expect(error?.problem.contains("too many") == true)
    }
}
