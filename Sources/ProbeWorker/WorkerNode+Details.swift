internal import HostNode
internal import ProbeProtocol
package import Snapshots

extension WorkerNode {
    /// PCI devices in depth and kernel modules.
    ///
    /// - Parameter withNetwork: whether to look for network cards as well.
    func devices(withNetwork: Bool) -> HostDevices {
        var devices = HostDevices()
        devices.pci = PCIBus(files).devices()
        devices.modules = DriverFiles(files).modules()
        devices.gpuMinors = DeviceNodes(files).gpuMinors()
        devices.bootedMicroseconds = BootTime.microseconds(files).map(Reading.value) ?? .unavailable(.notRead)
        if withNetwork { devices.networkCards = NetworkCards(files).all() }
        return devices
    }

    /// A page of the kernel log's lines that can matter to GPUs.
    ///
    /// - Parameter cursor: where the page before ended.
    package func kernelLog(from cursor: KernelLogCursor?) -> Reading<HostKernelLog> {
        do throws(HostFileError) {
            guard let path = kernelLogFile else { return .value(try KernelLog(files).read(from: cursor)) }
            guard let ownRoot else { throw HostFileError(path: path, cause: .missing) }
            return .value(try KernelLog(ownRoot).read(file: path, from: cursor))
        } catch {
            return .unavailable(Unavailable(error))
        }
    }
}
