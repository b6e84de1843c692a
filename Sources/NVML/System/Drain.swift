import CNVML

struct DrainFunctions {
    let query: NVMLFunction<pfn_nvmlDeviceQueryDrainState>
    let modify: NVMLFunction<pfn_nvmlDeviceModifyDrainState>
    let remove: NVMLFunction<pfn_nvmlDeviceRemoveGpu_v2>
    let discover: NVMLFunction<pfn_nvmlDeviceDiscoverGpus>

    init(_ binder: inout SymbolBinder) {
        query = binder.optional("nvmlDeviceQueryDrainState")
        modify = binder.optional("nvmlDeviceModifyDrainState")
        remove = binder.optional("nvmlDeviceRemoveGpu_v2")
        discover = binder.optional("nvmlDeviceDiscoverGpus")
    }
}

// A GPU is named by its PCI address here: it may have no handle. All but the query change the node, and need root.
extension NVMLLibrary {
    /// Whether the GPU takes no new clients.
    package func drainState(_ address: NVMLPCIInfo) throws(NVMLError) -> Bool {
        var info = nvmlPciInfo_t(address)
        var state: UInt32 = 0
        try call(functions.pointee.drain.query) { $0(&info, &state) }
        return state != NVML_FEATURE_DISABLED
    }

    /// Makes the GPU take no new clients, or take them again.
    package func setDrainState(_ address: NVMLPCIInfo, _ draining: Bool) throws(NVMLError) {
        var info = nvmlPciInfo_t(address)
        try call(functions.pointee.drain.modify) { $0(&info, draining ? NVML_FEATURE_ENABLED : NVML_FEATURE_DISABLED) }
    }

    /// Takes a drained GPU away from the driver, and leaves its PCI link up.
    package func removeGPU(_ address: NVMLPCIInfo) throws(NVMLError) {
        var info = nvmlPciInfo_t(address)
        try call(functions.pointee.drain.remove) { $0(&info, NVML_DETACH_GPU_KEEP, NVML_PCIE_LINK_KEEP) }
    }

    /// Looks for GPUs at a PCI address and gives them to the driver.
    package func discoverGPUs(_ address: NVMLPCIInfo) throws(NVMLError) {
        var info = nvmlPciInfo_t(address)
        try call(functions.pointee.drain.discover) { $0(&info) }
    }
}

extension nvmlPciInfo_t {
    fileprivate init(_ address: NVMLPCIInfo) {
        self.init()
        domain = address.domain
        bus = address.bus
        device = address.device
        pciDeviceId = address.deviceId
        pciSubSystemId = address.subsystemId
    }
}
