internal import Snapshots

@testable internal import HostNode

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The input once as a log file in pieces, and once as what /dev/kmsg answers to one read after the other.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzKernelLog(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = UnsafeRawBufferPointer(start: bytes, count: count)
    readAsFile(input)
    readInPages(input)
    readAsDevice(input)
    return 0
}

private func readAsFile(_ input: UnsafeRawBufferPointer) {
    var text = KernelLogText(calendar: LogCalendar(now: 1_800_000_000_000_000, bootTime: 1_700_000_000_000_000))
    let middle = input.count / 2
    text.feed(UnsafeRawBufferPointer(rebasing: input[..<middle]), check)
    text.feed(UnsafeRawBufferPointer(rebasing: input[middle...]), check)
    text.finish(check)
}

/// Wherever a page ends, the pages together are the whole log.
private func readInPages(_ input: UnsafeRawBufferPointer) {
    let calendar = LogCalendar(now: 1_800_000_000_000_000, bootTime: 1_700_000_000_000_000)
    var (whole, paged): ([KernelLogRecord], [KernelLogRecord]) = ([], [])
    var text = KernelLogText(calendar: calendar)
    text.feed(input) { whole.append($0) }
    text.finish { whole.append($0) }
    var first = KernelLogText(calendar: calendar)
    first.feed(UnsafeRawBufferPointer(rebasing: input[..<(input.count / 3)])) { paged.append($0) }
    let place = first.cursor
    precondition(place.position <= UInt64(input.count), "a page that begins behind the end")
    var second = KernelLogText(calendar: calendar, from: place)
    second.feed(UnsafeRawBufferPointer(rebasing: input[Int(place.position)...])) { paged.append($0) }
    second.finish { paged.append($0) }
    precondition(paged == whole, "pages that are not the whole")
    precondition(second.lineCount == text.lineCount, "lines that were not counted once")
}

/// Records end with a zero byte here; an empty one stands for an overrun.
private func readAsDevice(_ input: UnsafeRawBufferPointer) {
    var records = input.split(separator: 0, omittingEmptySubsequences: false)[...]
    var reader = KmsgReader()
    _ = try? reader.drain(
        limit: 10_000, clockOffset: .max, matching: { _ in true },
        read: { (buffer) throws(SystemError) in
            guard let record = records.popFirst() else { throw SystemError(code: EAGAIN) }
            guard !record.isEmpty else { throw SystemError(code: EPIPE) }
            let length = min(record.count, buffer.count)
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: record.prefix(length)))
            return length
        }, check)
}

private func check(_ record: KernelLogRecord) {
    precondition(record.message.utf8.count <= 8 << 10, "a message that was not cut")
    precondition(record.message.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }, "a control character came through")
}
