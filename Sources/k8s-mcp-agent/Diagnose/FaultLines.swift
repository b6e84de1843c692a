internal import Diagnosis
internal import JSON
internal import Snapshots

/// Kernel log records as lines for people, or as JSON lines.
struct FaultLines {
    private let paint: Paint
    private let asJSON: Bool
    private let catalog = XidCatalog()
    private let switches = SXidCatalog()
    /// `GPU-...` by address, as the log told them.
    private var uuids: [BusID: String] = [:]
    private static let uuidLimit = 1_024

    init(paint: Paint, asJSON: Bool) {
        self.paint = paint
        self.asJSON = asJSON
    }

    /// Keeps what a record says of GPUs' identities.
    mutating func learn(_ record: KernelLogRecord) {
        for event in KernelEventParser.events(in: record) where !event.isInjected {
            guard let busID = event.busID, case .identity(.uuid(let uuid)) = event.fault,
                uuids.count < Self.uuidLimit
            else { continue }
            uuids[busID] = uuid
        }
    }

    /// The lines that a record gives: none for most.
    mutating func lines(_ record: KernelLogRecord) -> [String] {
        learn(record)
        var analysis = KernelFaultAnalysis()
        for event in KernelEventParser.events(in: record) { analysis.add(event) }
        // Judged alone: what follows from what can be told only afterwards.
        return analysis.report(catalog, switches).groups.map { asJSON ? json($0) : text($0) }
    }

    private func text(_ group: FaultGroup) -> String {
        let time = group.first.wallText ?? "-"
        let severity = group.severity.rawValue
        let place = group.busID.map { " \($0)" } ?? ""
        guard !group.isInjected else {
            return
                "\(time)  \(paint("dim", "injected"))\(place)  \(group.code.label): written by a program, not evidence"
        }
        let program = group.processes.first.map { process in
            " [\(process.name ?? "?")\(process.pids.first.map { " \($0)" } ?? "")]"
        }
        return "\(time)  \(paint(severity, severity))\(place)  \(group.code.label) \(group.name)\(program ?? ""): "
            + "\(group.meaning) -> \(paint("bold", group.action.rawValue))"
    }

    private func json(_ group: FaultGroup) -> String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("at", group.first.wallText)
            writer.field("code", group.code.label)
            writer.field("bus_id", group.busID.map(String.init(describing:)))
            writer.field("uuid", group.busID.flatMap { uuids[$0] })
            writer.field("injected", group.isInjected ? true : nil)
            writer.field("line", group.firstLine)
            guard !group.isInjected else { return }
            writer.field("name", group.name)
            writer.field("severity", group.severity.rawValue)
            writer.field("cause", group.cause.rawValue)
            writer.field("meaning", group.meaning)
            writer.field("action", group.action.rawValue)
            writer.field("process", group.processes.first?.name)
            writer.field("pid", group.processes.first?.pids.first)
        }
        return String(decoding: writer.finish(), as: UTF8.self)
    }
}
