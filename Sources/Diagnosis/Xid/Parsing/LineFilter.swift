/// Says quickly whether a line of the kernel log can matter to GPU diagnosis, before anything of it is copied.
package enum LineFilter {
    /// False for lines that no parser here knows; true for the few that are worth a closer look.
    ///
    /// One pass over the bytes: only at the rare first letters of the words sought is more compared.
    package static func mayMatter(_ line: UnsafeBufferPointer<UInt8>) -> Bool { mayMatter(ByteView(line)) }

    static func mayMatter(_ view: ByteView) -> Bool {
        var at = 0
        let end = view.count - 3
        while at < end {
            switch view[at] {
            case UInt8(ascii: "N"): if view.has("NVRM", at: at) || view.has("NVSwitch", at: at) { return true }
            case UInt8(ascii: "X"): if view.has("Xid (", at: at) { return true }
            case UInt8(ascii: "n"): if view.has("nvidia", at: at) || view.has("nouveau", at: at) { return true }
            case UInt8(ascii: "p"): if view.has("pcieport", at: at) { return true }
            case UInt8(ascii: "P"): if view.has("PCIe Bus", at: at) { return true }
            case UInt8(ascii: "A"): if view.has("AER: ", at: at) { return true }
            default: break
            }
            at += 1
        }
        return false
    }
}
