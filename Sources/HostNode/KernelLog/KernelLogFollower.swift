package import Snapshots

/// Follows a node's kernel log from now on: the kernel's own, or a file that somebody writes it to.
package struct KernelLogFollower: ~Copyable {
    private var device: KernelRingBuffer?
    private var tail: LogFileTail?

    /// For poll(2): readable when there may be something new. Nil for a file, whose growth nobody announces: look again after
    /// a while.
    package let descriptor: CInt?

    /// - Parameters:
    ///   - node: the root below which the log lies.
    ///   - path: the device, or a file, which may be replaced or truncated meanwhile and need not exist yet.
    package init(
        _ node: HostDirectory, path: String = KernelRingBuffer.path
    ) throws(HostFileError) {
        if path == KernelRingBuffer.path, case .characterDevice? = try? node.status(path).kind {
            let buffer = try KernelRingBuffer(node)
            descriptor = buffer.descriptor
            device = consume buffer
            tail = nil
        } else {
            descriptor = nil
            device = nil
            tail = LogFileTail(path, of: node)
        }
    }

    /// Records of the device that were overwritten before they could be read; of a file always 0.
    package private(set) var lostCount: UInt64 = 0

    /// Passes over what is there already; of that it hands out what is at hand: all of the device, the end of a file.
    package mutating func skipToEnd(_ body: (KernelLogRecord) -> Void) throws(HostFileError) {
        try readDevice(body)
        try tail?.skipToEnd(body)
    }

    /// Hands out what is new since the last call, in order. Never waits.
    package mutating func readNew(_ body: (KernelLogRecord) -> Void) throws(HostFileError) {
        try readDevice(body)
        try tail?.readNew(body)
    }

    private mutating func readDevice(_ body: (KernelLogRecord) -> Void) throws(HostFileError) {
        guard var buffer = device.take() else { return }
        var failure: HostFileError?
        do throws(HostFileError) { _ = try buffer.readAvailable(body) } catch { failure = error }
        lostCount = buffer.lostCount
        device = consume buffer
        if let failure { throw failure }
    }
}
