import JSON
import Testing

@testable import MCP

@Suite struct RequestIDTests {
    @Test func idsAreComparedByteForByte() {
        let (composed, decomposed) = (RequestID.string("\u{E9}"), RequestID.string("e\u{301}"))
        #expect(composed == RequestID.string("\u{E9}"))
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed, composed]).count == 2)
        #expect(RequestID.string("1") != RequestID.integer(1))
    }
}
