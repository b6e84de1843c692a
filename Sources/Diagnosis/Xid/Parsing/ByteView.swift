#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A look at the bytes of one line, valid only inside the closure that hands it out.
///
/// Every access is bounded here, and a place beyond the end reads as 0, which no format knows: parsers built on it are total.
struct ByteView {
    private let bytes: UnsafeBufferPointer<UInt8>

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    var count: Int { bytes.count }

    @inline(__always)
    subscript(index: Int) -> UInt8 { index >= 0 && index < bytes.count ? bytes[index] : 0 }

    /// The bytes of a range, cut to what there is.
    func slice(_ from: Int, _ to: Int) -> ByteView {
        let low = min(max(from, 0), bytes.count)
        let high = min(max(to, low), bytes.count)
        return ByteView(UnsafeBufferPointer(rebasing: bytes[low..<high]))
    }

    /// True when the bytes at `index` are `word`.
    func has(_ word: StaticString, at index: Int) -> Bool {
        let length = word.utf8CodeUnitCount
        guard index >= 0, length <= bytes.count, index <= bytes.count - length, let start = bytes.baseAddress else {
            return false
        }
        return memcmp(start + index, word.utf8Start, length) == 0
    }

    /// The first place of `word` at or after `from`.
    func find(_ word: StaticString, from: Int = 0) -> Int? {
        let length = word.utf8CodeUnitCount
        guard length > 0, let start = bytes.baseAddress else { return nil }
        var at = max(from, 0)
        while at <= bytes.count - length {
            guard let hit = memchr(start + at, Int32(word.utf8Start[0]), bytes.count - length - at + 1) else {
                return nil
            }
            at = UnsafeRawPointer(hit) - UnsafeRawPointer(start)
            if memcmp(start + at, word.utf8Start, length) == 0 { return at }
            at += 1
        }
        return nil
    }

    func contains(_ word: StaticString) -> Bool { find(word) != nil }

    /// The text, at most `limit` bytes of it, broken UTF-8 repaired, control characters as spaces, trimmed at both ends.
    func text(limit: Int) -> String {
        var low = 0
        var high = min(count, limit)
        // A cut in the middle of a character would show as a replacement mark.
        while high < count, high > 0, self[high] & 0xc0 == 0x80 { high -= 1 }
        while low < high, self[low] <= 0x20 { low += 1 }
        while high > low, self[high - 1] <= 0x20 { high -= 1 }
        let part = UnsafeBufferPointer(rebasing: bytes[low..<high])
        guard part.contains(where: { $0 < 0x20 || $0 == 0x7f }) else { return String(decoding: part, as: UTF8.self) }
        return String(decoding: part.map { $0 < 0x20 || $0 == 0x7f ? 0x20 : $0 }, as: UTF8.self)
    }
}

extension UInt8 {
    var isDigit: Bool { self &- 0x30 < 10 }

    /// The value of a hexadecimal digit.
    var hexValue: UInt64? {
        switch self {
        case 0x30...0x39: UInt64(self - 0x30)
        case 0x41...0x46: UInt64(self - 0x41 + 10)
        case 0x61...0x66: UInt64(self - 0x61 + 10)
        default: nil
        }
    }
}
