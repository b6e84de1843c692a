internal import Kubernetes
internal import Snapshots

/// A kubelet's answer (protobuf), as hostile as can be: an error or a list, and no list larger than its bytes allow.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPodResources(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let message = Array(UnsafeBufferPointer(start: bytes, count: count))
    guard let allocations = try? PodResourcesList.decode(message) else { return 0 }
    precondition(allocations.count <= count, "more allocations than bytes")
    precondition(allocations.reduce(0) { $0 + $1.deviceIDs.count } <= count, "more devices than bytes")
    return 0
}
