package import Snapshots

extension PCIBus {
    /// The addresses of the GPUs, virtual functions left out: what NVML should list, for a fraction of the cost of ``devices()``.
    package func gpuAddresses() -> Reading<[BusID]> {
        do throws(HostFileError) {
            return .value(try files.list(Self.folder).compactMap(gpuAddress).sorted())
        } catch {
            return .unavailable(Unavailable(error))
        }
    }

    /// The address behind a name of the bus' folder if a GPU is there, and nil if something else is.
    func gpuAddress(_ name: String) -> BusID? {
        let folder = "\(Self.folder)/\(name)"
        guard let vendor: UInt16 = number("\(folder)/vendor"), vendor == Self.nvidia, let busID = BusID(name),
            let code: UInt32 = number("\(folder)/class"), HostPCIDevice.Kind(classCode: code) == .gpu,
            (try? files.link("\(folder)/physfn")) == nil
        else { return nil }
        return busID
    }
}
