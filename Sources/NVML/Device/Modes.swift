import CNVML

struct ModeFunctions {
    let persistence: NVMLFunction<DeviceUInt32>
    let compute: NVMLFunction<DeviceUInt32>
    let virtualization: NVMLFunction<DeviceUInt32>
    let displayActive: NVMLFunction<DeviceUInt32>
    let c2c: NVMLFunction<pfn_nvmlDeviceGetC2cModeInfoV>
    let addressing: NVMLFunction<pfn_nvmlDeviceGetAddressingMode>

    init(_ binder: inout SymbolBinder) {
        persistence = binder.optional("nvmlDeviceGetPersistenceMode")
        compute = binder.optional("nvmlDeviceGetComputeMode")
        virtualization = binder.optional("nvmlDeviceGetVirtualizationMode")
        displayActive = binder.optional("nvmlDeviceGetDisplayActive")
        c2c = binder.optional(.since(545, "nvmlDeviceGetC2cModeInfoV"))
        addressing = binder.optional(.since(580, "nvmlDeviceGetAddressingMode"))
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

    /// Whether a display is set up on the GPU.
    package func displayActive() throws(NVMLError) -> Bool { try flag(functions.pointee.modes.displayActive) }

    /// Whether the link between Grace CPU and GPU is on.
    package func c2cEnabled() throws(NVMLError) -> Bool {
        var info = nvmlC2cModeInfo_v1_t()
        try call(functions.pointee.modes.c2c) { $0(handle, &info) }
        return info.isC2cEnabled != 0
    }

    /// How the GPU reaches system memory: 0 none, 1 HMM, 2 ATS.
    package func addressingMode() throws(NVMLError) -> UInt32 {
        var mode = nvmlDeviceAddressingMode_v1_t()
        mode.version = nvmlDeviceAddressingMode_v1
        try call(functions.pointee.modes.addressing) { $0(handle, &mode) }
        return mode.value
    }
}
