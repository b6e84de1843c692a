import CNVML

// The signatures that many device functions share, and one way to call each.

/// `(device, unsigned int *)`
typealias DeviceUInt32 = pfn_nvmlDeviceGetPowerUsage
/// `(device, unsigned long long *)`
typealias DeviceUInt64 = pfn_nvmlDeviceGetTotalEnergyConsumption
/// `(device, unsigned int *, unsigned int *)`
typealias DeviceUInt32Pair = pfn_nvmlDeviceGetMigMode
/// `(device, unsigned int, unsigned int *)`
typealias DeviceSelectedUInt32 = pfn_nvmlDeviceGetClockInfo
/// `(device, char *, unsigned int)`
typealias DeviceText = pfn_nvmlDeviceGetName

extension NVMLDevice {
    @inline(__always)
    func uint32(_ function: NVMLFunction<DeviceUInt32>) throws(NVMLError) -> UInt32 {
        var value: UInt32 = 0
        try call(function) { $0(handle, &value) }
        return value
    }

    @inline(__always)
    func flag(_ function: NVMLFunction<DeviceUInt32>) throws(NVMLError) -> Bool {
        try uint32(function) != 0
    }

    @inline(__always)
    func uint64(_ function: NVMLFunction<DeviceUInt64>) throws(NVMLError) -> UInt64 {
        var value: UInt64 = 0
        try call(function) { $0(handle, &value) }
        return value
    }

    @inline(__always)
    func pair(_ function: NVMLFunction<DeviceUInt32Pair>) throws(NVMLError) -> (UInt32, UInt32) {
        var first: UInt32 = 0
        var second: UInt32 = 0
        try call(function) { $0(handle, &first, &second) }
        return (first, second)
    }

    @inline(__always)
    func uint32(
        _ function: NVMLFunction<DeviceSelectedUInt32>, _ selector: UInt32
    ) throws(NVMLError) -> UInt32 {
        var value: UInt32 = 0
        try call(function) { $0(handle, selector, &value) }
        return value
    }

    @inline(__always)
    func text(_ function: NVMLFunction<DeviceText>) throws(NVMLError) -> String {
        try text(function) { $0(handle, $1, $2) }
    }
}
