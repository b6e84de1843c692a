import Snapshots

@testable import Diagnosis

/// A record of the kernel at a second after boot.
func record(
    _ message: String, at second: Double = 100, sequence: UInt64? = nil, facility: UInt8? = 0, wall: Int64? = nil
) -> KernelLogRecord {
    KernelLogRecord(
        sequence: sequence ?? UInt64(second * 10), level: 4, facility: facility,
        monotonicMicroseconds: UInt64(second * 1_000_000), wallMicroseconds: wall, message: message)
}

/// An Xid line as drivers from 570 on print it.
func xid(_ number: Int, _ bus: String, at second: Double, pid: Int? = nil, name: String? = nil, text: String = "text")
    -> KernelLogRecord
{
    let pid = pid.map { "pid=\($0), " } ?? ""
    let name = name.map { "name=\($0), " } ?? ""
    return record("NVRM: Xid (PCI:\(bus)): \(number), \(pid)\(name)\(text)", at: second)
}

/// The report of records, sequences renumbered in the order given.
func report(_ records: [KernelLogRecord], _ context: FaultContext = FaultContext(), lost: UInt64 = 0)
    -> KernelFaultReport
{
    var analysis = KernelFaultAnalysis()
    for (index, record) in records.enumerated() {
        var numbered = record
        numbered.sequence = UInt64(index)
        analysis.add(numbered)
    }
    analysis.addLostRecords(lost)
    return analysis.report(XidCatalog(), SXidCatalog(), context)
}

extension KernelFaultReport {
    /// The groups of an Xid, oldest first.
    func xid(_ number: UInt32, _ bus: String? = nil) -> [FaultGroup] {
        groups.filter { $0.xid == number && (bus == nil || $0.busID == bus.flatMap { BusID($0) }) }.sorted {
            $0.id < $1.id
        }
    }
}

extension KernelEvent {
    var xid: XidFault? {
        guard case .xid(let fault) = fault else { return nil }
        return fault
    }
    var sxid: SXidFault? {
        guard case .sxid(let fault) = fault else { return nil }
        return fault
    }
    var driver: DriverFault? {
        guard case .driver(let fault) = fault else { return nil }
        return fault
    }
    var pcie: PCIeFault? {
        guard case .pcie(let fault) = fault else { return nil }
        return fault
    }
}
