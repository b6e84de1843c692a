internal import ProbeProtocol
internal import Snapshots

/// What the agent reads out of the memory that it shares with its child, in which a driver may have crashed: an error or a
/// snapshot, which reads back as the same if it is written again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSnapshot(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let raw = UnsafeRawBufferPointer(start: bytes, count: count)
    if let snapshot = try? NodeSnapshot(parts: raw) {
        precondition(snapshot.gpus.count <= count, "more GPUs than bytes")
        precondition(again(snapshot) == snapshot, "another snapshot after writing and reading")
    }
    var request = ProbeRequest()
    var decoder = SnapshotCoder(reading: raw)
    if (try? request.code(with: &decoder)) != nil { precondition(request.gpus.count <= count, "more GPUs than bytes") }
    return 0
}

/// Strings of bytes that are no text come out longer than they went in, hence the room.
private func again(_ snapshot: NodeSnapshot) -> NodeSnapshot? {
    withUnsafeTemporaryAllocation(byteCount: 1 << 20, alignment: 8) { buffer in
        var encoder = SnapshotCoder(writingInto: buffer)
        guard (try? write(snapshot, to: &encoder)) != nil else { return snapshot }
        return try? NodeSnapshot(parts: UnsafeRawBufferPointer(rebasing: buffer[..<encoder.count]))
    }
}

private func write(_ snapshot: NodeSnapshot, to encoder: inout SnapshotCoder) throws(SnapshotError) {
    var snapshot = snapshot
    if var host = snapshot.host { try encoder.append(&host) }
    try encoder.append(&snapshot.driver)
    for index in snapshot.gpus.indices { try encoder.append(&snapshot.gpus[index]) }
    if var devices = snapshot.devices { try encoder.append(&devices) }
    if var log = snapshot.kernelLog { try encoder.append(&log) }
    if var processes = snapshot.nodeProcesses { try encoder.append(&processes) }
    if var pods = snapshot.pods { try encoder.append(&pods) }
    if var facts = snapshot.facts { try encoder.append(&facts) }
}
