#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Makes strings of UTF-8 bytes, one for all equal ones that come soon after each other.
///
/// The GPUs of a node have their name, part number and firmware in common: one string for all of them spares memory, and
/// comparing it with itself costs nothing.
struct RepeatedTexts {
    private struct Entry {
        let bytes: UnsafeRawBufferPointer
        let text: String
    }

    /// A power of two; a text has one place in it.
    private static let size = 16
    /// Shorter ones are made faster than they are found.
    private static let leastLength = 8

    private var entries: [Entry?] = []

    /// The text of these bytes, which must stay where they are as long as `self` is asked; what is no UTF-8 becomes U+FFFD.
    mutating func text(_ bytes: UnsafeRawBufferPointer) -> String {
        guard bytes.count >= Self.leastLength else { return String(decoding: bytes, as: UTF8.self) }
        if entries.isEmpty { entries = Array(repeating: nil, count: Self.size) }
        let place = Self.place(bytes)
        if let known = entries[place], Self.isSame(known.bytes, bytes) { return known.text }
        let text = String(decoding: bytes, as: UTF8.self)
        entries[place] = Entry(bytes: bytes, text: text)
        return text
    }

    private static func place(_ bytes: UnsafeRawBufferPointer) -> Int {
        let first = bytes.loadUnaligned(as: UInt64.self)
        let last = bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self)
        let mixed = (first ^ (last &* 3)) &* 0x9E37_79B9_7F4A_7C15
        return Int(mixed >> 32) & (size - 1)
    }

    private static func isSame(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        guard left.count == right.count, let ours = left.baseAddress, let theirs = right.baseAddress else {
            return false
        }
        return memcmp(ours, theirs, left.count) == 0
    }
}
