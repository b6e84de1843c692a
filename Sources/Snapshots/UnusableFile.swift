/// Why a file that was given as a log is none that can be read.
package enum UnusableFile: UInt8, Sendable, Hashable, CaseIterable {
    case empty = 1
    /// It holds bytes that no text has.
    case binary
    case utf16
    case gzip
    case xz
    case zstd
    case bzip2
    case lz4
    case zip
    /// A journal as journald stores it.
    case journal
    /// Text whose newest lines come first.
    case newestFirst
    /// Text of several files, of which a newer one stands before an older one.
    case outOfOrder
    /// Text without a line of a kernel.
    case noKernelLog
    /// It ends before the node was started.
    case earlierBoot

    /// The word for it in answers, for example `compressed_gzip`.
    package var word: String {
        switch self {
        case .empty: "file_is_empty"
        case .binary: "file_is_no_text"
        case .utf16: "file_is_utf16"
        case .gzip, .xz, .zstd, .bzip2, .lz4, .zip: "file_is_compressed_\(self)"
        case .journal: "file_is_binary_journal"
        case .newestFirst: "file_is_newest_first"
        case .outOfOrder: "file_is_out_of_order"
        case .noKernelLog: "file_is_no_kernel_log"
        case .earlierBoot: "file_is_of_an_earlier_boot"
        }
    }

    /// What to do, in one sentence.
    package var remedy: String {
        switch self {
        case .empty: "Write the log again and look whether it has lines: dmesg > FILE on the node, as root."
        case .binary: "Give the log as text: dmesg > FILE or journalctl -k > FILE on the node."
        case .utf16: "Convert it first: iconv -f UTF-16 -t UTF-8 FILE > OTHER."
        case .gzip: "Unpack it first: gzip -dc FILE > OTHER."
        case .xz: "Unpack it first: xz -dc FILE > OTHER."
        case .zstd: "Unpack it first: zstd -dc FILE > OTHER."
        case .bzip2: "Unpack it first: bzip2 -dc FILE > OTHER."
        case .lz4: "Unpack it first: lz4 -dc FILE > OTHER."
        case .zip: "Unpack it first: unzip -p FILE > OTHER."
        case .journal: "Print it first: journalctl -k --file FILE > OTHER."
        case .newestFirst: "Turn it round first: tac FILE > OTHER, or journalctl without --reverse."
        case .noKernelLog:
            "Give the kernel's log with its time stamps: dmesg > FILE or journalctl -k > FILE on the node."
        case .earlierBoot: "Copy the log of this boot: dmesg > FILE or journalctl -k -b > FILE on the node."
        case .outOfOrder: "Join its parts again, the oldest first: cat kern.log.2 kern.log.1 kern.log > OTHER."
        }
    }
}
