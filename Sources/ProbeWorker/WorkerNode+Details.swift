internal import HostNode
internal import ProbeProtocol
internal import Snapshots

extension WorkerNode {
    /// Kernel log text that one answer carries at most, bytes; the oldest lines are left out first.
    private static let kernelLogBytes = 4 << 20
    private static let kernelLogRecords = 10_000

    /// PCI devices in depth and kernel modules.
    func devices() -> HostDevices {
        var devices = HostDevices()
        devices.pci = PCIBus(files).devices()
        devices.modules = DriverFiles(files).modules()
        return devices
    }

    /// The lines of the kernel log that can matter to GPUs.
    func kernelLog() -> Reading<HostKernelLog> {
        do throws(HostFileError) {
            return .value(try readKernelLog().capped(Self.kernelLogBytes))
        } catch {
            return .unavailable(Unavailable(error))
        }
    }

    private func readKernelLog() throws(HostFileError) -> HostKernelLog {
        guard let path = kernelLogFile else {
            var log = KernelLog(files)
            log.limit = Self.kernelLogRecords
            return try log.read()
        }
        guard let ownRoot else { throw HostFileError(path: path, cause: .missing) }
        var log = KernelLog(ownRoot)
        log.limit = Self.kernelLogRecords
        return try log.read(file: path)
    }
}

extension HostKernelLog {
    /// The same without its oldest records where their text is longer than `limit` in all.
    fileprivate func capped(_ limit: Int) -> HostKernelLog {
        var size = 0
        let kept = records.reversed().prefix { record in
            size += record.message.utf8.count + 64
            return size <= limit
        }.count
        guard kept < records.count else { return self }
        var log = self
        log.records = Array(records.suffix(kept))
        log.droppedCount += UInt64(records.count - kept)
        return log
    }
}
