import Snapshots

/// The fields of /proc/<pid>/stat that matter here (proc_pid_stat(5)).
struct ProcessStat {
    let name: String
    let state: HostProcess.State?
    let parentPID: Int32
    let isKernelThread: Bool
    let startTicks: UInt64

    /// Nil if the line is not like that. The name may hold anything, blanks and brackets too: it ends at the last one.
    init?(_ bytes: [UInt8]) {
        guard let open = bytes.firstIndex(of: UInt8(ascii: "(")), let close = bytes.lastIndex(of: UInt8(ascii: ")")),
            open < close
        else { return nil }
        // Counted from the state, which is field 3.
        let fields = bytes[(close + 1)...].split(separator: UInt8(ascii: " "))
        guard fields.count >= 20, let parent: Int32 = Text.decimal(fields[1]),
            let flags: UInt64 = Text.decimal(fields[6]),
            let start: UInt64 = Text.decimal(fields[19])
        else { return nil }
        name = Text.clean(bytes[(open + 1)..<close], limit: 64)
        state = HostProcess.State(rawValue: String(decoding: fields[0].prefix(1), as: UTF8.self))
        parentPID = parent
        isKernelThread = flags & 0x0020_0000 != 0  // PF_KTHREAD
        startTicks = start
    }
}
