package import Snapshots

/// Reads the GPU-related lines of a kernel log, whatever their source: /dev/kmsg, dmesg, a journal, a pasted text.
///
/// Total over bytes: cut, glued, binary or endless lines give fewer events or none, never a failure. Words are searched
/// anywhere in the line, because other text can stand before them: prefixes of the source, or another CPU's output, since
/// NVRM lines are printk continuations.
package enum KernelEventParser {
    /// Bytes of a line that are looked at; /dev/kmsg records are at most 8 KiB.
    package static let bytesRead = 8192
    /// Bytes of a line that are kept.
    package static let lineLimit = 512
    /// Bytes of an event's text that are kept.
    package static let messageLimit = 384
    /// Events taken from one line that several were glued into.
    package static let eventsPerLine = 8

    /// What a record says: nothing in most cases, one event as a rule, several where lines were glued.
    package static func events(in record: KernelLogRecord) -> [KernelEvent] {
        var events: [KernelEvent] = []
        append(record, to: &events)
        return events
    }

    /// The same for the bytes of a line that is not a record yet.
    package static func events(in line: UnsafeBufferPointer<UInt8>, at moment: LogMoment, isInjected: Bool = false)
        -> [KernelEvent]
    {
        var events: [KernelEvent] = []
        append(ByteView(line), LineContext(moment: moment, isInjected: isInjected, allowsMask: true), to: &events)
        return events
    }

    static func append(_ record: KernelLogRecord, to events: inout [KernelEvent]) {
        // Records have a level where they come from the kernel's own buffer, or from a copy of it.
        let context = LineContext(
            moment: LogMoment(record), isInjected: record.isInjected, allowsMask: record.level == nil)
        let done: Void? = record.message.utf8.withContiguousStorageIfAvailable {
            append(ByteView($0), context, to: &events)
        }
        guard done == nil else { return }
        Array(record.message.utf8).withUnsafeBufferPointer { append(ByteView($0), context, to: &events) }
    }

    private static func append(_ line: ByteView, _ context: LineContext, to events: inout [KernelEvent]) {
        let view = line.slice(0, bytesRead)
        guard LineFilter.mayMatter(view) else { return }
        let before = events.count
        appendNumbered(view, context, to: &events)
        guard events.count == before, !ProgramReport.isIn(view) else { return }
        if let event = DriverLine.parse(view, context) ?? PCIeLine.parse(view, context) { events.append(event) }
    }

    /// Xid and SXid lines; several where lines were glued together.
    private static func appendNumbered(_ view: ByteView, _ context: LineContext, to events: inout [KernelEvent]) {
        let limit = events.count + eventsPerLine
        func start(from place: Int) -> Int? {
            NumberedMessage.start(in: view, from: place, allowsMask: context.allowsMask)
        }
        var next = start(from: 0)
        guard let first = next, !ProgramReport.quotes(view.slice(first, view.count), behind: view.slice(0, first))
        else { return }
        while let place = next, events.count < limit {
            next = start(from: place + 6)
            let part = view.slice(place, next ?? view.count)
            if let event = XidLine.parse(part, context) ?? SXidLine.parse(part, context) { events.append(event) }
        }
    }
}

/// What every event of a line has in common.
struct LineContext {
    let moment: LogMoment
    let isInjected: Bool
    /// People mask addresses as `PCI:...` in texts that they share; the kernel itself never does.
    let allowsMask: Bool

    func event(_ fault: KernelFault, _ busID: BusID?, _ line: ByteView) -> KernelEvent {
        KernelEvent(
            fault: fault, busID: busID, moment: moment, isInjected: isInjected,
            line: line.text(limit: KernelEventParser.lineLimit))
    }
}
