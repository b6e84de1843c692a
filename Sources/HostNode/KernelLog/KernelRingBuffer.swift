package import Snapshots

/// The kernel's log as it is: /dev/kmsg of a live node, open without blocking.
///
/// It starts at the oldest record there is. Needs root, or CAP_SYSLOG with `kernel.dmesg_restrict=1`; in a container also
/// the right to use character device 1:11, which in practice means a privileged pod.
package struct KernelRingBuffer: ~Copyable {
    package static let path = "/dev/kmsg"

    private let device: HostDescriptor
    private var reader: KmsgReader

    /// - Parameters:
    ///   - node: a directory in which /dev/kmsg is the device itself.
    ///   - start: the number of the first record to hand out.
    package init(_ node: HostDirectory, from start: UInt64 = 0) throws(HostFileError) {
        reader = KmsgReader(from: start)
        device = try node.openDevice(Self.path, major: 1, minor: 11)
    }

    /// For poll(2): readable when there is a new record, and also after an overrun. It is closed with this value.
    package var descriptor: CInt { device.number }
    /// Records that were overwritten before they could be read.
    package var lostCount: UInt64 { reader.lostCount }
    /// The number of the oldest record that was there when reading began; nil before the first.
    package var firstSequence: UInt64? { reader.firstSequence }
    /// When that one was written, microseconds since 1970-01-01 UTC.
    package var firstMicroseconds: Int64? { reader.firstMicroseconds }

    /// The number of the record that comes next; nil before the first.
    package var nextSequence: UInt64? { reader.nextSequence }

    /// Hands out all records that are there now and match, in order. Never waits.
    ///
    /// - Returns: how many records were read, matching or not.
    package mutating func readAvailable(
        limit: Int = 1_000_000, matching filter: KernelLogFilter = GPULogLines.mayMatter,
        _ body: (KernelLogRecord) -> Void
    ) throws(HostFileError) -> Int {
        do throws(SystemError) {
            return try reader.drain(
                limit: limit, clockOffset: KernelClock.offset(), matching: filter,
                read: { (buffer) throws(SystemError) in try device.read(into: buffer) }, body)
        } catch {
            throw HostFileError(path: Self.path, errno: error.code)
        }
    }
}
