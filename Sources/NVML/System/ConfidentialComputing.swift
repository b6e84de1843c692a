import CNVML

struct ConfidentialComputingFunctions {
    let settings: NVMLFunction<pfn_nvmlSystemGetConfComputeSettings>
    let state: NVMLFunction<pfn_nvmlSystemGetConfComputeState>
    let readyState: NVMLFunction<pfn_nvmlSystemGetConfComputeGpusReadyState>

    init(_ binder: inout SymbolBinder) {
        settings = binder.optional(.since(550, "nvmlSystemGetConfComputeSettings"))
        state = binder.optional(.since(535, "nvmlSystemGetConfComputeState"))
        readyState = binder.optional(.since(535, "nvmlSystemGetConfComputeGpusReadyState"))
    }
}

/// Confidential computing on the node.
package struct NVMLConfidentialComputing: Hashable, Sendable {
    /// 0 off, 1 on.
    package let feature: UInt32
    /// 0 off, 1 developer tools mode.
    package let developerTools: UInt32
}

extension NVMLLibrary {
    /// The settings of confidential computing.
    package func confidentialComputing() throws(NVMLError) -> NVMLConfidentialComputing {
        var settings = nvmlSystemConfComputeSettings_v1_t()
        settings.version = nvmlSystemConfComputeSettings_v1
        let function = functions.pointee.confidentialComputing.settings
        let code = answer(function) { $0(&settings) }
        if code.meansTryOlder { return try confidentialComputingState() }
        guard code == .success else { throw NVMLError(code, function.symbolIndex) }
        return NVMLConfidentialComputing(feature: settings.ccFeature, developerTools: settings.devToolsMode)
    }

    private func confidentialComputingState() throws(NVMLError) -> NVMLConfidentialComputing {
        var state = nvmlConfComputeSystemState_t()
        try call(functions.pointee.confidentialComputing.state) { $0(&state) }
        return NVMLConfidentialComputing(feature: state.ccFeature, developerTools: state.devToolsMode)
    }

    /// Whether the GPUs accept work while confidential computing is on.
    package func confidentialComputingAcceptsWork() throws(NVMLError) -> Bool {
        var accepting: UInt32 = 0
        try call(functions.pointee.confidentialComputing.readyState) { $0(&accepting) }
        return accepting != 0
    }
}
