import Testing

@testable import MCP

@Suite struct Base64Tests {
    /// Vectors of RFC 4648.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func spellsAsTheStandardSays(bytes: String, text: String) {
        #expect(Base64.encode(bytes.utf8) == text)
        #expect(Base64.decode(text) == Array(bytes.utf8))
        let unpadded = text.filter { $0 != "=" }
        #expect(Base64.encode(bytes.utf8, .url) == unpadded)
        #expect(Base64.decode(unpadded, .url) == Array(bytes.utf8))
    }

    @Test func knowsBothAlphabets() {
        #expect(Base64.encode([0xFB, 0xFF]) == "+/8=")
        #expect(Base64.encode([0xFB, 0xFF], .url) == "-_8")
        #expect(Base64.decode("-_8") == nil)
        #expect(Base64.decode("+/8", .url) == nil)
    }

    @Test(arguments: ["Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Z g=", "=Zg=", "Zm9v\n"])
    func refusesEverythingElse(text: String) {
        #expect(Base64.decode(text) == nil)
    }
}
