import CNVML

/// A function of the library, or the knowledge that the library lacks it.
///
/// `Signature` is a C function pointer type.
struct NVMLFunction<Signature> {
    let address: Signature?

    /// The place of the bound name in `NVMLSymbol.all`, counted from 1; that of the newest name if none was found.
    let symbolIndex: UInt32
}

/// All functions, by concern, and the word that tells which one is running.
///
/// Trivial, and kept in memory that is never freed: see `NVMLLibrary`.
struct NVMLFunctions {
    let lifeCycle: LifeCycleFunctions
    let system: SystemFunctions
    let confidentialComputing: ConfidentialComputingFunctions
    let handles: HandleFunctions
    let identity: IdentityFunctions
    let pciAddress: PCIAddressFunctions
    let modes: ModeFunctions
    let firmware: FirmwareFunctions
    let memory: MemoryFunctions
    let utilization: UtilizationFunctions
    let power: PowerFunctions
    let clocks: ClockFunctions
    let temperature: TemperatureFunctions
    let ecc: ECCFunctions
    let repair: RepairFunctions
    let pcie: PCIeFunctions
    let nvlink: NVLinkFunctions
    let fabric: FabricFunctions
    let topology: TopologyFunctions
    let mig: MIGFunctions
    let processes: ProcessFunctions
    let fields: FieldFunctions

    /// Holds the index of the running call, 0 between calls.
    let currentCall: UnsafeMutablePointer<UInt32>

    init(_ binder: inout SymbolBinder, currentCall: UnsafeMutablePointer<UInt32>?) {
        lifeCycle = LifeCycleFunctions(&binder)
        system = SystemFunctions(&binder)
        confidentialComputing = ConfidentialComputingFunctions(&binder)
        handles = HandleFunctions(&binder)
        identity = IdentityFunctions(&binder)
        pciAddress = PCIAddressFunctions(&binder)
        modes = ModeFunctions(&binder)
        firmware = FirmwareFunctions(&binder)
        memory = MemoryFunctions(&binder)
        utilization = UtilizationFunctions(&binder)
        power = PowerFunctions(&binder)
        clocks = ClockFunctions(&binder)
        temperature = TemperatureFunctions(&binder)
        ecc = ECCFunctions(&binder)
        repair = RepairFunctions(&binder)
        pcie = PCIeFunctions(&binder)
        nvlink = NVLinkFunctions(&binder)
        fabric = FabricFunctions(&binder)
        topology = TopologyFunctions(&binder)
        mig = MIGFunctions(&binder)
        processes = ProcessFunctions(&binder)
        fields = FieldFunctions(&binder)
        self.currentCall = currentCall ?? .unwatched
    }
}

extension UnsafeMutablePointer<UInt32> {
    /// A word that nobody reads.
    fileprivate static var unwatched: UnsafeMutablePointer<UInt32> {
        let word = UnsafeMutablePointer<UInt32>.allocate(capacity: 1)
        word.initialize(to: 0)
        return word
    }
}
