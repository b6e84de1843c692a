/// Says of a raw log line whether it is worth being kept, before any text is made of it.
package typealias KernelLogFilter = (UnsafeBufferPointer<UInt8>) -> Bool

/// The filter for what this agent can make sense of: lines of the NVIDIA drivers, of PCIe error reporting and of
/// machine checks; and the marks between boots.
package enum GPULogLines {
    /// One pass over the line; more than one byte is compared at few of them only.
    package static func mayMatter(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
        guard line.count >= 4 else { return false }
        if line[0] == UInt8(ascii: "-"), has("-- Boot ", line, 0) || has("-- Reboot --", line, 0) { return true }
        let letters = firstLetters
        for at in 0...(line.count - 4) where isFirst(line[at], letters) {
            switch line[at] {
            case UInt8(ascii: "N"):
                if has("NVRM", line, at) || has("NVLink", line, at) || has("NVSwitch", line, at) { return true }
            case UInt8(ascii: "X"): if has("Xid ", line, at) || has("Xid:", line, at) { return true }
            case UInt8(ascii: "n"): if has("nvidia", line, at) || has("nouveau", line, at) { return true }
            case UInt8(ascii: "p"): if has("pcieport", line, at) || has("pciehp", line, at) { return true }
            case UInt8(ascii: "P"): if has("PCIe Bus Error", line, at) { return true }
            case UInt8(ascii: "A"): if has("AER: ", line, at) { return true }
            case UInt8(ascii: "m"): if has("mce: ", line, at) { return true }
            case UInt8(ascii: "L"): if has("Linux version ", line, at) { return true }
            case UInt8(ascii: "H"): if has("Hardware Error", line, at) { return true }
            // Bytes as numbers, of which no word can be seen.
            case UInt8(ascii: "\""):
                if has("\"MESSAGE\":[", line, at) || has("\"MESSAGE\": [", line, at) { return true }
            default: break
            }
        }
        return false
    }

    /// A bit for each letter of the cases above, counted from 0x40 on: a case whose letter is missing here matches nothing.
    private static let firstLetters = "NXnpPAmLH".utf8.reduce(UInt64(0)) { $0 | 1 << ($1 & 0x3f) }

    /// Most bytes begin no word: this is three instructions for them, the switch a jump that is guessed wrong.
    @inline(__always)
    private static func isFirst(_ byte: UInt8, _ letters: UInt64) -> Bool {
        byte & 0xc0 == 0x40 ? letters & (1 << UInt64(byte & 0x3f)) != 0 : byte == UInt8(ascii: "\"")
    }

    @inline(__always)
    private static func has(_ word: StaticString, _ line: UnsafeBufferPointer<UInt8>, _ at: Int) -> Bool {
        let count = word.utf8CodeUnitCount
        guard line.count - at >= count else { return false }
        for index in 1..<count where line[at + index] != word.utf8Start[index] { return false }
        return true
    }
}
