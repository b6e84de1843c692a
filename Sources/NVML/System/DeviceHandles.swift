import CNVML

struct HandleFunctions {
    let count: NVMLFunction<pfn_nvmlDeviceGetCount_v2>
    let byIndex: NVMLFunction<pfn_nvmlDeviceGetHandleByIndex_v2>

    init(_ binder: inout SymbolBinder) {
        count = binder.required("nvmlDeviceGetCount_v2", "nvmlDeviceGetCount")
        byIndex = binder.required("nvmlDeviceGetHandleByIndex_v2", "nvmlDeviceGetHandleByIndex")
    }
}

extension NVMLLibrary {
    /// The number of GPUs that the driver knows, including those that this process may not open. Dead ones can drop out.
    package func deviceCount() throws(NVMLError) -> UInt32 {
        var count: UInt32 = 0
        try call(functions.pointee.handles.count) { $0(&count) }
        return count
    }

    /// The GPU at an index (PCI bus order; not stable across a reset). This attaches the GPU, and is the first call to
    /// answer `gpuIsLost`, `insufficientPower`, `irqIssue` or `unknown`.
    package func device(at index: UInt32) throws(NVMLError) -> NVMLDevice {
        try device(functions.pointee.handles.byIndex) { $0(index, $1) }
    }
}

extension NVMLCaller {
    /// Runs a call that gives a handle. Success without one is not believed.
    func device<Signature>(
        _ function: NVMLFunction<Signature>, _ body: (Signature, UnsafeMutablePointer<OpaquePointer?>) -> nvmlReturn_t
    ) throws(NVMLError) -> NVMLDevice {
        var handle: OpaquePointer?
        try call(function) { body($0, &handle) }
        guard let handle else { throw NVMLError(.unreadableAnswer, function.symbolIndex) }
        return NVMLDevice(handle: handle, functions: functions)
    }
}
