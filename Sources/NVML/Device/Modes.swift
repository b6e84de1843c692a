import CNVML

struct ModeFunctions {
    let persistence: NVMLFunction<DeviceUInt32>
    let compute: NVMLFunction<DeviceUInt32>
    let virtualization: NVMLFunction<DeviceUInt32>

    init(_ binder: inout SymbolBinder) {
        persistence = binder.optional("nvmlDeviceGetPersistenceMode")
        compute = binder.optional("nvmlDeviceGetComputeMode")
        virtualization = binder.optional("nvmlDeviceGetVirtualizationMode")
    }
}

extension NVMLDevice {
    /// Whether the driver keeps the GPU initialised while nobody uses it.
    package func persistenceMode() throws(NVMLError) -> Bool { try flag(functions.pointee.modes.persistence) }

    /// 0 default, 1 exclusive thread (removed), 2 prohibited, 3 exclusive process. 2 explains "no CUDA device".
    package func computeMode() throws(NVMLError) -> UInt32 { try uint32(functions.pointee.modes.compute) }

    /// 0 none, 1 pass-through, 2 vGPU guest, 3 vGPU host, 4 vSGA host.
    package func virtualizationMode() throws(NVMLError) -> UInt32 {
        try uint32(functions.pointee.modes.virtualization)
    }
}
