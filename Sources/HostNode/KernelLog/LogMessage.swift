/// The text of a log record as it is kept.
enum LogMessage {
    /// Bytes kept; the kernel's own limit is 2,048 since Linux 6.1 (PRINTK_MESSAGE_MAX).
    static let limit = 2048

    /// The message with its escapes undone, control characters (line breaks too) as spaces, and its length capped.
    static func text(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        let bytes = relevantPart(bytes)
        if bytes.count <= limit, bytes.first != UInt8(ascii: " "), bytes.last != UInt8(ascii: " "),
            bytes.allSatisfy(isPlain)
        {
            return String(decoding: bytes, as: UTF8.self)
        }
        return Text.clean(unescaped(bytes), limit: limit)
    }

    /// A line that is too long is kept from a little before the driver's words on, wherever they stand.
    private static func relevantPart(_ bytes: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        guard bytes.count > limit else { return bytes }
        let words: [StaticString] = ["NVRM: ", "nvidia-nvswitch", "pcieport "]
        let raw = UnsafeRawBufferPointer(bytes)
        guard let first = words.compactMap({ raw.firstIndex(of: $0) }).min(), first > limit / 2 else { return bytes }
        return UnsafeBufferPointer(rebasing: bytes[(first - lead)...])
    }

    /// Bytes kept of what stands before those words.
    private static let lead = 512

    /// Printable ASCII that begins no escape: most lines have nothing else.
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7f && byte != UInt8(ascii: "\\") && byte != UInt8(ascii: "#")
    }

    /// `\xNN` is how /dev/kmsg and dmesg write bytes that do not print, `#012` how rsyslog writes a line break.
    private static func unescaped(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var plain: [UInt8] = []
        plain.reserveCapacity(bytes.count)
        var at = 0
        while at < bytes.count {
            if at + 3 < bytes.count, let byte = escape(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]) {
                plain.append(byte)
                at += 4
            } else {
                plain.append(bytes[at])
                at += 1
            }
        }
        return plain
    }

    private static func escape(_ first: UInt8, _ second: UInt8, _ third: UInt8, _ fourth: UInt8) -> UInt8? {
        switch (first, second) {
        case (UInt8(ascii: "\\"), UInt8(ascii: "x")):
            guard let high = hexadecimal(third), let low = hexadecimal(fourth) else { return nil }
            return high << 4 | low
        case (UInt8(ascii: "#"), UInt8(ascii: "0")):
            let isLineBreak = third == UInt8(ascii: "1") && (fourth == UInt8(ascii: "2") || fourth == UInt8(ascii: "1"))
            return isLineBreak ? UInt8(ascii: "\n") : nil
        default: return nil
        }
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
