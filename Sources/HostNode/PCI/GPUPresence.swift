package import Snapshots

/// Which GPUs the host shows, looked at anew each time and cheaply enough for every question.
///
/// Presence is never remembered. What a present name stands for is: an address keeps its device's class for as long as
/// nobody plugs hardware, and a GPU its UUID for as long as the driver is loaded.
package struct GPUPresence: Sendable {
    private let files: any HostFiles
    private let bus: PCIBus
    private let driver: DriverFiles
    private var addresses: [String: BusID?] = [:]
    private var gpus: [String: HostGPU] = [:]
    private var lastVersion: (text: [UInt8], version: String?) = ([], nil)

    package init(_ files: any HostFiles) {
        self.files = files
        bus = PCIBus(files)
        driver = DriverFiles(files)
    }

    /// The version of the loaded NVIDIA module; not supported where none is loaded.
    package mutating func moduleVersion() -> Reading<String> {
        do throws(HostFileError) {
            let text = try files.read(DriverFiles.versionFile)
            if text != lastVersion.text { lastVersion = (text, HostDriver(versionFile: text)?.version) }
            return lastVersion.version.map(Reading.value) ?? .unavailable(.notSupported)
        } catch {
            return .unavailable(Unavailable(error))
        }
    }

    /// The GPUs on the PCI bus, virtual functions left out.
    package mutating func onPCIBus() -> Reading<[BusID]> {
        do throws(HostFileError) {
            var found: [BusID] = []
            for name in try files.list(PCIBus.folder) {
                if let address = addresses[name] ?? remember(name) { found.append(address) }
            }
            return .value(found.sorted())
        } catch {
            return .unavailable(Unavailable(error))
        }
    }

    private mutating func remember(_ name: String) -> BusID? {
        let address = bus.gpuAddress(name)
        addresses[name] = .some(address)
        return address
    }

    /// The GPUs that the kernel module knows.
    package mutating func inProc() -> Reading<[HostGPU]> {
        do throws(HostFileError) {
            var found: [HostGPU] = []
            for name in try files.list(DriverFiles.gpuFolder) {
                if let gpu = gpus[name] ?? read(name) { found.append(gpu) }
            }
            return .value(found.sorted { $0.busID < $1.busID })
        } catch {
            return .unavailable(Unavailable(error))
        }
    }

    /// A GPU without a UUID has not been initialised yet and will say more later.
    private mutating func read(_ name: String) -> HostGPU? {
        guard let gpu = driver.gpu(name) else { return nil }
        if gpu.uuid != nil { gpus[name] = gpu }
        return gpu
    }
}
