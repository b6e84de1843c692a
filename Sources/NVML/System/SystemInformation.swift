import CNVML

struct SystemFunctions {
    let driverVersion: NVMLFunction<pfn_nvmlSystemGetDriverVersion>
    let nvmlVersion: NVMLFunction<pfn_nvmlSystemGetNVMLVersion>
    let cudaDriverVersion: NVMLFunction<pfn_nvmlSystemGetCudaDriverVersion_v2>
    let plainCUDADriverVersion: NVMLFunction<pfn_nvmlSystemGetCudaDriverVersion_v2>

    init(_ binder: inout SymbolBinder) {
        driverVersion = binder.optional("nvmlSystemGetDriverVersion")
        nvmlVersion = binder.optional("nvmlSystemGetNVMLVersion")
        cudaDriverVersion = binder.optional("nvmlSystemGetCudaDriverVersion_v2")
        plainCUDADriverVersion = binder.optional("nvmlSystemGetCudaDriverVersion")
    }
}

extension NVMLLibrary {
    /// The kernel driver's version, such as "580.95.05".
    package func driverVersion() throws(NVMLError) -> String {
        try text(functions.pointee.system.driverVersion) { $0($1, $2) }
    }

    /// The library's version, such as "13.580.95.05": CUDA's major version before the driver's. Needs no initialisation.
    package func nvmlVersion() throws(NVMLError) -> String {
        try text(functions.pointee.system.nvmlVersion) { $0($1, $2) }
    }

    /// The newest CUDA version that the driver serves: 13000 is 13.0, 12080 is 12.8. The newer function asks libcuda,
    /// and fails with `libraryNotFound` or `functionNotFound` where that is absent or too old; then the older one has it.
    package func cudaDriverVersion() throws(NVMLError) -> Int32 {
        var version: Int32 = 0
        let function = functions.pointee.system.cudaDriverVersion
        let code = answer(function) { $0(&version) }
        if code == .success { return version }
        let plain = functions.pointee.system.plainCUDADriverVersion
        guard code == .libraryNotFound || code == .functionNotFound, answer(plain, { $0(&version) }) == .success else {
            throw NVMLError(code, function.symbolIndex)
        }
        return version
    }
}
