import CNVML

struct FirmwareFunctions {
    let vbiosVersion: NVMLFunction<DeviceText>
    let inforomImageVersion: NVMLFunction<DeviceText>
    let validateInforom: NVMLFunction<pfn_nvmlDeviceValidateInforom>
    let gspMode: NVMLFunction<DeviceUInt32Pair>
    let gspVersion: NVMLFunction<pfn_nvmlDeviceGetGspFirmwareVersion>

    init(_ binder: inout SymbolBinder) {
        vbiosVersion = binder.optional("nvmlDeviceGetVbiosVersion")
        inforomImageVersion = binder.optional("nvmlDeviceGetInforomImageVersion")
        validateInforom = binder.optional("nvmlDeviceValidateInforom")
        gspMode = binder.optional(.since(515, "nvmlDeviceGetGspFirmwareMode"))
        gspVersion = binder.optional(.since(515, "nvmlDeviceGetGspFirmwareVersion"))
    }
}

extension NVMLDevice {
    /// The version of the video BIOS, such as "96.00.61.00.01".
    package func vbiosVersion() throws(NVMLError) -> String { try text(functions.pointee.firmware.vbiosVersion) }

    /// The version of the InfoROM as a whole.
    package func inforomImageVersion() throws(NVMLError) -> String {
        try text(functions.pointee.firmware.inforomImageVersion)
    }

    /// Reads the whole InfoROM from flash and checks it; throws `corruptedInforom` for a bad one. Slow: not for polling.
    package func validateInforom() throws(NVMLError) {
        try call(functions.pointee.firmware.validateInforom) { $0(handle) }
    }

    /// Whether the driver runs on the GPU's own processor (GSP), and whether that is the default for this GPU.
    /// Without GSP the GSP time-outs (Xid 119 and 120) cannot happen.
    package func gspFirmwareMode() throws(NVMLError) -> (enabled: Bool, enabledByDefault: Bool) {
        let (enabled, byDefault) = try pair(functions.pointee.firmware.gspMode)
        return (enabled != 0, byDefault != 0)
    }

    /// The version of the GSP's firmware, which equals the driver's.
    package func gspFirmwareVersion() throws(NVMLError) -> String {
        // The function takes no length: NVML writes up to 64 bytes, and the buffer has 128.
        try text(functions.pointee.firmware.gspVersion) { address, buffer, _ in address(handle, buffer) }
    }
}
