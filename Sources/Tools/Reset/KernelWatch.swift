internal import Diagnosis
internal import Operations
internal import Snapshots

/// What the kernel logs of one GPU from a moment on.
struct KernelWatch: Sendable {
    let node: ResetNode
    let target: ResetTarget
    /// The number of the newest record at the beginning; nil where the log cannot be read.
    private let start: UInt64?
    /// The newest lines that speak of this GPU, or of none in particular, from before the beginning; nil where the log cannot
    /// be read.
    let earlier: [String]?
    /// Lines that one answer carries, and lines that are kept as evidence.
    private static let limit = 20
    private static let evidenceLimit = 40
    /// The driver says what it wants done; after a reset it takes that back by the same Xid.
    private static let recoveryActionChanged: UInt32 = 154

    init(_ node: ResetNode, _ target: ResetTarget) async {
        self.node = node
        self.target = target
        var newest: UInt64 = 0
        var lines: [String] = []
        let isWhole = await node.readKernelLog { record in
            newest = max(newest, record.sequence)
            guard Self.concerns(record, target) else { return }
            lines.append(Self.text(record))
            if lines.count > 2 * Self.evidenceLimit { lines.removeFirst(Self.evidenceLimit) }
        }
        start = isWhole ? newest : nil
        earlier = isWhole ? lines.suffix(Self.evidenceLimit) : nil
    }

    /// The records since the beginning; nil where they cannot be read.
    func records() async -> [KernelLogRecord]? {
        guard let start else { return nil }
        var found: [KernelLogRecord] = []
        let isWhole = await node.readKernelLog { record in
            if record.sequence > start, Self.concerns(record, target) { found.append(record) }
        }
        return isWhole ? found : nil
    }

    /// Whether a record tells something of this GPU, or something of no GPU in particular that the kernel itself wrote.
    static func concerns(_ record: KernelLogRecord, _ target: ResetTarget) -> Bool {
        guard !record.isInjected else { return false }
        return KernelEventParser.events(in: record).contains { concerns($0, target) }
    }

    private static func concerns(_ event: KernelEvent, _ target: ResetTarget) -> Bool {
        event.busID == nil || event.busID?.slot == target.busID.slot
    }

    static func lines(_ records: [KernelLogRecord]) -> [String] { records.suffix(limit).map(text) }

    /// An audit record has to stay short.
    private static func text(_ record: KernelLogRecord) -> String { String(record.message.prefix(384)) }

    /// Those that are faults: Xids, and what the driver says when it cannot start the GPU. A reset shakes the PCIe link, so
    /// its own complaints right after are none.
    static func faults(_ records: [KernelLogRecord], _ target: ResetTarget) -> [String] {
        records.filter { record in
            KernelEventParser.events(in: record).contains { event in
                guard !event.isInjected, concerns(event, target) else { return false }
                return switch event.fault {
                case .xid(let xid): xid.number != recoveryActionChanged
                case .sxid: true
                case .driver(.fallenOffBus), .driver(.initializationFailed), .driver(.probeFailed): true
                case .driver, .pcie, .identity: false
                }
            }
        }.map(text)
    }
}
