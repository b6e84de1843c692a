import CNVML

struct PCIeFunctions {
    let generation: NVMLFunction<DeviceUInt32>
    let width: NVMLFunction<DeviceUInt32>
    let maximumGeneration: NVMLFunction<DeviceUInt32>
    let gpuMaximumGeneration: NVMLFunction<DeviceUInt32>
    let maximumWidth: NVMLFunction<DeviceUInt32>
    let replays: NVMLFunction<DeviceUInt32>

    init(_ binder: inout SymbolBinder) {
        generation = binder.optional("nvmlDeviceGetCurrPcieLinkGeneration")
        width = binder.optional("nvmlDeviceGetCurrPcieLinkWidth")
        maximumGeneration = binder.optional("nvmlDeviceGetMaxPcieLinkGeneration")
        gpuMaximumGeneration = binder.optional(.since(525, "nvmlDeviceGetGpuMaxPcieLinkGeneration"))
        maximumWidth = binder.optional("nvmlDeviceGetMaxPcieLinkWidth")
        replays = binder.optional("nvmlDeviceGetPcieReplayCounter")
    }
}

extension NVMLDevice {
    /// Drops while the GPU is idle, to save power: only meaningful under load.
    package func pcieGeneration() throws(NVMLError) -> UInt32 { try uint32(functions.pointee.pcie.generation) }

    /// Lanes. Does not drop while idle.
    package func pcieWidth() throws(NVMLError) -> UInt32 { try uint32(functions.pointee.pcie.width) }

    /// What GPU and slot can do together.
    package func maximumPCIeGeneration() throws(NVMLError) -> UInt32 {
        try uint32(functions.pointee.pcie.maximumGeneration)
    }

    /// What the GPU alone can do.
    package func gpuMaximumPCIeGeneration() throws(NVMLError) -> UInt32 {
        try uint32(functions.pointee.pcie.gpuMaximumGeneration)
    }

    /// Lanes that GPU and slot can do together.
    package func maximumPCIeWidth() throws(NVMLError) -> UInt32 { try uint32(functions.pointee.pcie.maximumWidth) }

    /// Packets sent again since the driver was loaded. Further error counters are fields 94, 95, 169 and 173 to 183.
    package func pcieReplays() throws(NVMLError) -> UInt32 { try uint32(functions.pointee.pcie.replays) }
}
