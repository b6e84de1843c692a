internal import HostNode
internal import Snapshots

/// The text of a /proc/<pid>/cgroup.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzCgroup(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    _ = CgroupFile.owner(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}
