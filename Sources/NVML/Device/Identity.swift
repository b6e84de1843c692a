import CNVML

struct IdentityFunctions {
    let index: NVMLFunction<DeviceUInt32>
    let uuid: NVMLFunction<DeviceText>
    let name: NVMLFunction<DeviceText>
    let serial: NVMLFunction<DeviceText>
    let boardPartNumber: NVMLFunction<DeviceText>
    let minorNumber: NVMLFunction<DeviceUInt32>
    let moduleId: NVMLFunction<DeviceUInt32>
    let architecture: NVMLFunction<DeviceUInt32>
    let computeCapability: NVMLFunction<pfn_nvmlDeviceGetCudaComputeCapability>

    init(_ binder: inout SymbolBinder) {
        index = binder.optional("nvmlDeviceGetIndex")
        uuid = binder.optional("nvmlDeviceGetUUID")
        name = binder.optional("nvmlDeviceGetName")
        serial = binder.optional("nvmlDeviceGetSerial")
        boardPartNumber = binder.optional("nvmlDeviceGetBoardPartNumber")
        minorNumber = binder.optional("nvmlDeviceGetMinorNumber")
        moduleId = binder.optional(.since(535, "nvmlDeviceGetModuleId"))
        architecture = binder.optional("nvmlDeviceGetArchitecture")
        computeCapability = binder.optional("nvmlDeviceGetCudaComputeCapability")
    }
}

extension NVMLDevice {
    /// NVML's index: PCI bus order, not CUDA's, and not stable across a reset or a removal.
    package func index() throws(NVMLError) -> UInt32 { try uint32(functions.pointee.identity.index) }

    /// "GPU-..." or, for a MIG device, "MIG-...".
    package func uuid() throws(NVMLError) -> String { try text(functions.pointee.identity.uuid) }

    /// The product's name, such as "NVIDIA H100 80GB HBM3".
    package func name() throws(NVMLError) -> String { try text(functions.pointee.identity.name) }

    /// The board's serial number; consumer boards have none ("0", or not supported).
    package func serial() throws(NVMLError) -> String { try text(functions.pointee.identity.serial) }

    /// The board's part number, such as "900-21010-0000-000".
    package func boardPartNumber() throws(NVMLError) -> String {
        try text(functions.pointee.identity.boardPartNumber)
    }

    /// The N of /dev/nvidiaN, which is not the index.
    package func minorNumber() throws(NVMLError) -> UInt32 { try uint32(functions.pointee.identity.minorNumber) }

    /// The position on the baseboard.
    package func moduleId() throws(NVMLError) -> UInt32 { try uint32(functions.pointee.identity.moduleId) }

    /// 2 Kepler, 3 Maxwell, 4 Pascal, 5 Volta, 6 Turing, 7 Ampere, 8 Ada, 9 Hopper, 10 Blackwell, 13 Rubin.
    package func architecture() throws(NVMLError) -> UInt32 { try uint32(functions.pointee.identity.architecture) }

    /// The CUDA compute capability, such as 9.0.
    package func computeCapability() throws(NVMLError) -> (major: Int32, minor: Int32) {
        var major: Int32 = 0
        var minor: Int32 = 0
        try call(functions.pointee.identity.computeCapability) { $0(handle, &major, &minor) }
        return (major, minor)
    }
}
