import Testing

@testable import Snapshots

/// One string for equal bytes, and never another's.
@Suite struct RepeatedTextsTests {
    @Test func everyTextIsItsOwn() throws {
        // Far more texts than places, of all lengths, some of which differ in the middle only.
        let texts = (0..<3_000).map { number in
            "GPU-" + String(repeating: "x", count: number % 40) + "\(number)"
                + String(repeating: "y", count: number % 7)
        }
        try Self.expectRead(texts)
        try Self.expectRead(texts + texts.reversed())
    }

    @Test func oneStringForEqualOnes() throws {
        try Self.expectRead(Array(repeating: "NVIDIA H100 80GB HBM3", count: 8) + ["", "a", "NVIDIA H100 80GB HBM"])
    }

    @Test func bytesThatAreNoTextBecomeReplacementCharacters() {
        let bytes = [UInt8]("0123456789abcdef".utf8) + [0xFF]
        bytes.withUnsafeBytes { bytes in
            var repeated = RepeatedTexts()
            for _ in 0..<2 {
                let text = repeated.text(bytes)
                #expect(text == "0123456789abcdef\u{FFFD}")
            }
        }
    }

    /// Lays the texts out one behind the other, as a snapshot does, and reads them back.
    private static func expectRead(_ texts: [String]) throws {
        let bytes = texts.flatMap { Array($0.utf8) }
        bytes.withUnsafeBytes { bytes in
            var repeated = RepeatedTexts()
            var start = 0
            for text in texts {
                let end = start + text.utf8.count
                let read = repeated.text(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
                #expect(read == text)
                start = end
            }
        }
    }
}
