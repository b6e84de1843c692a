internal import Diagnosis
internal import JSON
internal import Snapshots

/// The kernel log's faults as an answer.
struct XidAnswer {
    /// An answer without a limit of the caller's stays below 8 KB.
    private static let roomy = 7_900
    private static let injectedLimit = 3

    let context: ToolContext
    let reading: FaultReading
    let log: NodeLog
    let report: KernelFaultReport
    let arguments: XidArguments
    let gpus: FaultGPUs
    let selection: FaultSelection
    let programs: FaultPrograms
    /// The addresses of the GPUs that the caller named.
    let places: Set<UInt64>?

    private var problems: [AccessProblem] { reading.problems + log.problems(report) }

    func encoded() -> [UInt8] {
        let words = FaultGroupFields(gpus: gpus, programs: programs, groups: selection.groups)
        guard arguments.limit == nil else { return encode(shown(words)) }
        var left = Self.roomy - encode([]).count
        var shown: [[UInt8]] = []
        for group in selection.groups {
            let bytes = Self.bytes(words.fields(group))
            left -= bytes.count + 1
            // One group at least: an answer that only says how much it left out is of no use.
            guard left >= 0 || shown.isEmpty else { break }
            shown.append(bytes)
        }
        return encode(shown)
    }

    private func shown(_ words: FaultGroupFields) -> [[UInt8]] {
        selection.groups.prefix(arguments.limit ?? 0).map { Self.bytes(words.fields($0)) }
    }

    private static func bytes(_ fields: [Field]) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { $0.write(fields) }
        return writer.finish()
    }

    private func encode(_ groups: [[UInt8]]) -> [UInt8] {
        var writer = JSONWriter(reserving: 9_000)
        writer.object { writer in
            writer.head(
                status: problems.isEmpty ? "success" : "partial", context, reading.snapshot,
                summary: XidSummary(self).text)
            writer.object("log") { $0.write(LogFields.fields(log, report, selection)) }
            writer.field("since", arguments.since.map(WallClock.rfc3339) ?? "boot")
            writer.field("group_count", selection.groups.count)
            let devices = FaultDeviceFields.all(selection, gpus, places)
            writer.field("device_count", devices.count)
            writer.array("devices") { writer in for fields in devices { writer.object { $0.write(fields) } } }
            writer.array("groups") { writer in for bytes in groups { writer.raw(bytes) } }
            writeInjected(&writer)
            writer.problems(problems)
            writer.field("omitted", omitted(groups.count))
        }
        return writer.finish()
    }

    private func writeInjected(_ writer: inout JSONWriter) {
        guard !selection.injected.isEmpty else { return }
        let words = FaultGroupFields(gpus: gpus, programs: programs, groups: [])
        writer.array("injected") { writer in
            for group in selection.injected.prefix(Self.injectedLimit) {
                writer.object { $0.write(words.injected(group)) }
            }
        }
    }

    private func omitted(_ shown: Int) -> String? {
        let left = selection.groups.count - shown
        return left == 0
            ? nil
            : "\(left) groups less urgent than these; call again with a higher limit, or with gpu, xid or min_severity"
    }
}

/// The state of the log itself.
enum LogFields {
    static func fields(_ log: NodeLog, _ report: KernelFaultReport, _ selection: FaultSelection) -> [Field] {
        var fields = [Field(key: "from", value: .text(log.source.words))]
        func add(_ key: String, _ value: UInt64?) {
            if let value, value > 0 { fields.append(Field(key: key, value: .uint(value))) }
        }
        fields.append(Field(key: "records_read", value: .uint(log.scannedCount)))
        if let first = log.firstSequence {
            fields.append(Field(key: "reaches_back_to_boot", value: .flag(first == 0)))
        }
        add("records_lost", log.lostCount)
        if log.missingRest != nil { fields.append(Field(key: "reaches_to_end", value: .flag(false))) }
        add("events_left_out", report.droppedEvents)
        add("lines_written_by_programs", report.injectedCount)
        add("groups_of_earlier_boots", UInt64(selection.earlierBootCount))
        return fields
    }

    static let schema = Schema.object(
        [
            ("from", Schema.string("/dev/kmsg or a file")), ("records_read", Schema.integer()),
            ("reaches_back_to_boot", Schema.boolean("false: older records are gone, their faults unknown")),
            ("records_lost", Schema.integer("Overwritten while they were read")),
            ("reaches_to_end", Schema.boolean("false: newer records could not be read, their faults are unknown")),
            ("events_left_out", Schema.integer("Left out for lack of room")),
            ("lines_written_by_programs", Schema.integer("See injected")),
            ("groups_of_earlier_boots", Schema.integer("Left out; ask with since")),
        ], required: ["from", "records_read"])
}

extension NodeLog {
    /// What is missing of the log, as problems.
    func problems(_ report: KernelFaultReport) -> [AccessProblem] {
        guard lostCount > 0 || report.droppedEvents > 0 || missingRest != nil else { return [] }
        if case .unusable(let fault) = missingRest {
            return [
                AccessProblem(
                    kind: "kernel_log_unreadable",
                    message: fault == .earlierBoot
                        ? "The log ends before this boot began (\(fault.word)): whether there were faults since is unknown."
                        : "The log cannot be judged (\(fault.word)): what came before a fault, and what ended it, is unknown.",
                    remedy: fault.remedy)
            ]
        }
        let end = missingRest.map { ", the log after record \(scannedCount) could not be read (\($0.word))" } ?? ""
        return [
            AccessProblem(
                kind: "kernel_log_incomplete",
                message:
                    "\(lostCount) records of the kernel log were overwritten before they could be read, "
                    + "\(report.droppedEvents) events of more different faults than are kept were left out\(end): faults may "
                    + "be missing.",
                remedy: "Read the journal of the same boot: journalctl -k -b > FILE, then --kernel-log FILE.")
        ]
    }
}

extension HostKernelLog.Source {
    fileprivate var words: String {
        switch self {
        case .ringBuffer: "/dev/kmsg"
        case .file(let path): path
        }
    }
}
