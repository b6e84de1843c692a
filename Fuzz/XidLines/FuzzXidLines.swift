internal import Diagnosis
internal import Snapshots

private let catalog = XidCatalog()
private let switches = SXidCatalog()

/// Each line of the input is a record; all of them together are a log that is judged.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzXidLines(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var analysis = KernelFaultAnalysis()
    let input = UnsafeBufferPointer(start: bytes, count: count)
    for (index, line) in input.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
        let moment = LogMoment(sequence: UInt64(index), monotonicMicroseconds: UInt64(index) * 40_000_000)
        let events = KernelEventParser.events(
            in: UnsafeBufferPointer(rebasing: line), at: moment, isInjected: line.first == UInt8(ascii: "!"))
        precondition(events.count <= KernelEventParser.eventsPerLine, "more events than one line may give")
        for event in events {
            precondition(event.line.utf8.count <= KernelEventParser.lineLimit * 3, "a line that was not cut")
            analysis.add(event)
        }
    }
    let report = analysis.report(catalog, switches)
    for group in report.groups where group.isInjected {
        precondition(group.action == .none && group.severity == .info, "a program's line became evidence")
    }
    return 0
}
