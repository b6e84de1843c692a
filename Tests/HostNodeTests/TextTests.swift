import Testing

@testable import HostNode

@Suite struct TextTests {
    @Test(
        "what nobody sees, and what changes how other text is seen, becomes a space",
        arguments: [
            0x00, 0x1b, 0x7f, 0x9b, 0x061c, 0x180e, 0x200b, 0x200c, 0x200d, 0x200e, 0x202e, 0x2060, 0x2064, 0x2066,
            0x2069,
            0x00ad, 0x034f, 0x3164, 0xfe0f, 0xfeff, 0xfff9, 0xfffb, 0xe0000, 0xe0041, 0xe007f, 0xe0100, 0xe01ef,
        ] as [UInt32])
    func invisibleCharacters(_ value: UInt32) throws {
        let scalar = try #require(Unicode.Scalar(value))
        #expect(Text.clean("a\(scalar)b".utf8) == "a b")
    }

    @Test func lettersOfAllKindsStay() {
        let texts = [
            "caf\u{e9}", "\u{631}\u{634}", "\u{4e2d}\u{6587}", "\u{1f600}", "\u{2013}", "\u{2070}", "\u{fffd}",
        ]
        for text in texts {
            #expect(Text.clean(text.utf8) == text)
        }
    }
}
