import Spelling
import Testing

@testable import MCP

@Suite struct NearestMatchTests {
    static let names = ["get_gpu_inventory", "get_gpu_telemetry", "echo_test", "explain_xid"]

    @Test(arguments: [
        ("get_gpu_inventry", "get_gpu_inventory"), ("GetGpuTelemetry", "get_gpu_telemetry"), ("echo", "echo_test"),
        ("explainxid", "explain_xid"), ("get_gpu", "get_gpu_inventory"),
    ])
    func findsWhatWasMeant(typed: String, expected: String) {
        #expect(NearestMatch.of(typed, in: Self.names) == expected)
    }

    @Test(arguments: ["", "zzzzzzzz", "completely_different_name", String(repeating: "e", count: 10_000)])
    func findsNothingFarAway(typed: String) {
        #expect(NearestMatch.of(typed, in: Self.names) == nil)
    }

    @Test func countsEdits() {
        #expect(EditDistance.between(Array("kitten".utf8), Array("sitting".utf8)) == 3)
        #expect(EditDistance.between([UInt8](), Array("abc".utf8)) == 3)
        #expect(EditDistance.between([UInt8](), [UInt8]()) == 0)
    }
}
