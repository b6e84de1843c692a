import Digests
import JSON
import Synchronization
import Testing

@testable import MCP

@Suite struct SigningTests {
    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Vectors of FIPS 180-4's examples, and one whose padding takes a block of its own.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (String(repeating: "a", count: 1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ])
    func hashesAsTheStandardSays(text: String, digest: String) {
        #expect(hex(SHA256.hash(Array(text.utf8))) == digest)
    }

    /// Test cases 1 to 4, 6 and 7 of RFC 4231.
    @Test(
        arguments: [
            (
                [UInt8](repeating: 0x0b, count: 20), Array("Hi There".utf8),
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                [UInt8](repeating: 0xaa, count: 20), [UInt8](repeating: 0xdd, count: 50),
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
            ),
            (
                Array(1...25), [UInt8](repeating: 0xcd, count: 50),
                "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
            ),
            (
                [UInt8](repeating: 0xaa, count: 131),
                Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
            (
                [UInt8](repeating: 0xaa, count: 131),
                Array(
                    ("This is a test using a larger than block-size key and a larger than block-size data. The key needs to be "
                        + "hashed before being used by the HMAC algorithm.").utf8),
                "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
            ),
        ] as [([UInt8], [UInt8], String)])
    func authenticatesAsTheStandardSays(key: [UInt8], message: [UInt8], code: String) {
        #expect(hex(SHA256.authenticationCode(message, key: key)) == code)
    }

    @Test func comparesWholeCodes() {
        #expect(Secret.areEqual([1, 2], [1, 2]))
        #expect(!Secret.areEqual([1, 2], [1, 3]))
        #expect(!Secret.areEqual([1, 2], [1]))
    }

    @Test func stateComesBackAsItWent() throws {
        let states = RequestState()
        let state = CallHistory.State(answers: ["a": ["action": "accept"]], steps: ["plan": [1, 2]], round: 1)
        let opened = try states.open(states.seal(state, for: [1]), for: [1])
        #expect(opened.answers == state.answers)
        #expect(opened.steps == state.steps)
        #expect(opened.round == 2)
    }

    @Test func stateEndsInTime() throws {
        let now = Mutex<Int64>(1_000)
        let clock = Clock(now)
        let states = RequestState(lifetime: 60, now: { clock.now })
        let sealed = states.seal(CallHistory.State(), for: [1])
        clock.now = 1_060
        #expect(throws: Never.self) { try states.open(sealed, for: [1]) }
        clock.now = 1_061
        #expect(throws: ProtocolError.self) { try states.open(sealed, for: [1]) }
    }

    @Test func stateOfAnotherServerIsRefused() {
        let sealed = RequestState().seal(CallHistory.State(), for: [1])
        #expect(throws: ProtocolError.self) { try RequestState().open(sealed, for: [1]) }
    }

    @Test func everyChangedBitIsNoticed() {
        let states = RequestState()
        let sealed = Array(states.seal(CallHistory.State(), for: [1]).utf8)
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(throws: ProtocolError.self) { try states.open(String(decoding: changed, as: UTF8.self), for: [1]) }
        }
    }

    @Test func requestsAreToldApartByWhatTheyAsk() {
        func digest(_ params: JSONObject) -> [UInt8] { RequestState.digest(method: "m", params: params) }
        let first = digest(["name": "a", "arguments": ["x": 1, "y": [2]]])
        #expect(first == digest(["arguments": ["y": [2], "x": 1], "name": "a", "_meta": [:], "requestState": "s"]))
        #expect(first != digest(["name": "a", "arguments": ["x": 1, "y": [3]]]))
        #expect(first != RequestState.digest(method: "n", params: ["name": "a", "arguments": ["x": 1, "y": [2]]]))
    }
}

/// A clock that the test sets.
private final class Clock: Sendable {
    private let time: Mutex<Int64>

    init(_ time: consuming Mutex<Int64>) { self.time = time }

    var now: Int64 {
        get { time.withLock { $0 } }
        set { time.withLock { $0 = newValue } }
    }
}
