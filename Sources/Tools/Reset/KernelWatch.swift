internal import Diagnosis
internal import Operations
internal import Snapshots

/// What the kernel logs of one GPU from a moment on, and of faults anywhere on the node.
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

    /// The records since the beginning that speak of this GPU or of a fault elsewhere; nil where they cannot be read.
    func records() async -> [KernelLogRecord]? {
        guard let start else { return nil }
        var found: [KernelLogRecord] = []
        let isWhole = await node.readKernelLog { record in
            guard record.sequence > start else { return }
            if Self.concerns(record, target) || Self.isFault(record, target, isDuring: false) { found.append(record) }
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
    /// its own complaints right after are none. Elsewhere on the node only faults of the hardware count: programs on other
    /// GPUs go on, and go wrong, by themselves.
    ///
    /// - Parameter isDuring: true for records from before the end of the reset, whose Xids of this GPU are part of it.
    static func faults(_ records: [KernelLogRecord], _ target: ResetTarget, isDuring: Bool = false) -> [String] {
        records.filter { isFault($0, target, isDuring: isDuring) }.map(text)
    }

    private static func isFault(_ record: KernelLogRecord, _ target: ResetTarget, isDuring: Bool) -> Bool {
        KernelEventParser.events(in: record).contains { event in
            guard !event.isInjected else { return false }
            let isOwn = concerns(event, target)
            return switch event.fault {
            case .xid(let xid) where xid.number == recoveryActionChanged: false
            case .xid(let xid): isOwn ? !isDuring : isGrave(xid.number)
            case .sxid(let fault): fault.rating == .fatal || (isOwn && !isDuring)
            case .driver(.fallenOffBus), .driver(.initializationFailed), .driver(.probeFailed): true
            case .driver, .pcie, .identity: false
            }
        }
    }

    /// Whether an Xid means that a GPU needs recovery, or may mean it.
    private static func isGrave(_ xid: UInt32) -> Bool { catalog.entry(xid).severity ?? .critical == .critical }

    private static let catalog = XidCatalog()
}
