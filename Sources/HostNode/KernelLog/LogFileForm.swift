internal import Snapshots

/// Tells by its first bytes whether a file can be a log: what is none must not pass for a log without faults.
enum LogFileForm {
    /// Bytes that are looked at.
    static let length = 4096

    /// What other kinds of files begin with.
    private static let marks: [(bytes: [UInt8], fault: UnusableFile)] = [
        ([0x1f, 0x8b], .gzip), ([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], .xz), ([0x28, 0xb5, 0x2f, 0xfd], .zstd),
        (Array("BZh".utf8), .bzip2), ([0x04, 0x22, 0x4d, 0x18], .lz4), ([0x50, 0x4b, 0x03, 0x04], .zip),
        (Array("LPKSHHRH".utf8), .journal), ([0xff, 0xfe], .utf16), ([0xfe, 0xff], .utf16),
    ]

    /// Nil for what may be text.
    static func fault(_ start: [UInt8]) -> UnusableFile? {
        guard !start.isEmpty else { return .empty }
        if let mark = marks.first(where: { start.starts(with: $0.bytes) }) { return mark.fault }
        let zeros = start.indices.filter { start[$0] == 0 }
        // Half of the bytes, each between two letters.
        if zeros.count * 5 > start.count * 2, zip(zeros, zeros.dropFirst()).allSatisfy({ $1 - $0 >= 2 }) {
            return .utf16
        }
        let strange = start.filter(isStrange).count
        return strange * 10 > start.count - zeros.count ? .binary : nil
    }

    /// Controls that no text has. A crash leaves zeros in a log, and terminals' escapes come into one.
    private static func isStrange(_ byte: UInt8) -> Bool {
        byte < 0x20 && byte != 0 && !(0x07...0x0d).contains(byte) && byte != 0x1b || byte == 0x7f
    }
}
