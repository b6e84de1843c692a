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
    /// What was listed the last time, and what it stood for: the same names stand for the same GPUs. Without names it is not
    /// to be relied on.
    private var lastOnBus: (names: [String]?, gpus: [BusID]) = (nil, [])
    private var lastInProc: (names: [String]?, gpus: [HostGPU]) = (nil, [])
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
            let names = try files.list(PCIBus.folder)
            if names != lastOnBus.names {
                let found = names.compactMap { addresses[$0] ?? remember($0) }
                lastOnBus = (names, found.sorted())
            }
            return .value(lastOnBus.gpus)
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
            let names = try files.list(DriverFiles.gpuFolder)
            if names != lastInProc.names {
                let found = names.compactMap { gpus[$0] ?? read($0) }.sorted { $0.busID < $1.busID }
                // A GPU that has no UUID yet, or could not be read, is asked again.
                lastInProc = (found.count == names.count && found.allSatisfy { $0.uuid != nil } ? names : nil, found)
            }
            return .value(lastInProc.gpus)
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
