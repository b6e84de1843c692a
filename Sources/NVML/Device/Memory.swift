import CNVML

struct MemoryFunctions {
    let infoV2: NVMLFunction<pfn_nvmlDeviceGetMemoryInfo_v2>
    let info: NVMLFunction<pfn_nvmlDeviceGetMemoryInfo>
    let bar1: NVMLFunction<pfn_nvmlDeviceGetBAR1MemoryInfo>

    init(_ binder: inout SymbolBinder) {
        infoV2 = binder.optional(.since(510, "nvmlDeviceGetMemoryInfo_v2"))
        info = binder.optional("nvmlDeviceGetMemoryInfo")
        bar1 = binder.optional("nvmlDeviceGetBAR1MemoryInfo")
    }
}

/// Bytes of GPU memory.
package struct NVMLMemory: Hashable, Sendable {
    package let total: UInt64
    package let free: UInt64
    /// In use by processes; together with the driver's share where `reserved` is nil.
    package let used: UInt64
    /// The driver's own share; nil where the library is too old to tell it apart.
    package let reserved: UInt64?
}

extension NVMLDevice {
    /// The GPU's memory, or that of a MIG device. Not supported where CPU and GPU share memory (GB10, Jetson).
    package func memory() throws(NVMLError) -> NVMLMemory {
        var memory = nvmlMemory_v2_t()
        memory.version = nvmlMemory_v2
        let function = functions.pointee.memory.infoV2
        let code = answer(function) { $0(handle, &memory) }
        if code.meansTryOlder { return try memoryV1() }
        guard code == .success else { throw NVMLError(code, function.symbolIndex) }
        return NVMLMemory(total: memory.total, free: memory.free, used: memory.used, reserved: memory.reserved)
    }

    private func memoryV1() throws(NVMLError) -> NVMLMemory {
        var memory = nvmlMemory_t()
        try call(functions.pointee.memory.info) { $0(handle, &memory) }
        return NVMLMemory(total: memory.total, free: memory.free, used: memory.used, reserved: nil)
    }

    /// Bytes in use of BAR1, the window through which the CPU and other devices reach GPU memory.
    package func usedBAR1Memory() throws(NVMLError) -> UInt64 {
        var memory = nvmlBAR1Memory_t()
        try call(functions.pointee.memory.bar1) { $0(handle, &memory) }
        return memory.bar1Used
    }
}
