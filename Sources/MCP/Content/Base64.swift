/// Base64 by RFC 4648, in the standard alphabet and in the one for URLs.
package enum Base64 {
    package enum Alphabet: Sendable {
        /// `+` and `/`, padded.
        case standard
        /// `-` and `_`, without padding.
        case url
    }

    package static func encode(_ bytes: some Sequence<UInt8>, _ alphabet: Alphabet = .standard) -> String {
        let symbols = symbols(alphabet)
        var text: [UInt8] = []
        var (group, bits): (UInt32, Int) = (0, 0)
        for byte in bytes {
            group = group << 8 | UInt32(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                text.append(symbols[Int(group >> UInt32(bits) & 0x3F)])
            }
        }
        if bits > 0 { text.append(symbols[Int(group << UInt32(6 - bits) & 0x3F)]) }
        while alphabet == .standard, text.count % 4 != 0 { text.append(UInt8(ascii: "=")) }
        return String(decoding: text, as: UTF8.self)
    }

    /// Nil for anything but the one canonical spelling of some bytes.
    package static func decode(_ text: String, _ alphabet: Alphabet = .standard) -> [UInt8]? {
        var body = Array(text.utf8)[...]
        if alphabet == .standard {
            guard body.count % 4 == 0 else { return nil }
            for _ in 0..<2 where body.last == UInt8(ascii: "=") { body = body.dropLast() }
        }
        guard body.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        var (group, bits): (UInt32, Int) = (0, 0)
        for character in body {
            guard let value = value(character, alphabet) else { return nil }
            group = group << 6 | value
            bits += 6
            guard bits >= 8 else { continue }
            bits -= 8
            bytes.append(UInt8(group >> UInt32(bits) & 0xFF))
        }
        // Bits that belong to no byte must be zero, or two texts would mean the same bytes.
        guard group & (1 << UInt32(bits) - 1) == 0 else { return nil }
        return bytes
    }

    private static func symbols(_ alphabet: Alphabet) -> [UInt8] {
        Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
            + Array((alphabet == .standard ? "+/" : "-_").utf8)
    }

    private static func value(_ character: UInt8, _ alphabet: Alphabet) -> UInt32? {
        switch (character, alphabet) {
        case (UInt8(ascii: "A")...UInt8(ascii: "Z"), _): UInt32(character) - 65
        case (UInt8(ascii: "a")...UInt8(ascii: "z"), _): UInt32(character) - 71
        case (UInt8(ascii: "0")...UInt8(ascii: "9"), _): UInt32(character) + 4
        case (UInt8(ascii: "+"), .standard), (UInt8(ascii: "-"), .url): 62
        case (UInt8(ascii: "/"), .standard), (UInt8(ascii: "_"), .url): 63
        default: nil
        }
    }
}
