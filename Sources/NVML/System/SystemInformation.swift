import CNVML

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

struct SystemFunctions {
    let errorString: NVMLFunction<pfn_nvmlErrorString>
    let driverVersion: NVMLFunction<pfn_nvmlSystemGetDriverVersion>
    let nvmlVersion: NVMLFunction<pfn_nvmlSystemGetNVMLVersion>
    let cudaDriverVersion: NVMLFunction<pfn_nvmlSystemGetCudaDriverVersion_v2>
    let plainCUDADriverVersion: NVMLFunction<pfn_nvmlSystemGetCudaDriverVersion_v2>
    let driverBranch: NVMLFunction<pfn_nvmlSystemGetDriverBranch>
    let processName: NVMLFunction<pfn_nvmlSystemGetProcessName>

    init(_ binder: inout SymbolBinder) {
        errorString = binder.optional("nvmlErrorString")
        driverVersion = binder.optional("nvmlSystemGetDriverVersion")
        nvmlVersion = binder.optional("nvmlSystemGetNVMLVersion")
        cudaDriverVersion = binder.optional("nvmlSystemGetCudaDriverVersion_v2")
        plainCUDADriverVersion = binder.optional("nvmlSystemGetCudaDriverVersion")
        driverBranch = binder.optional(.since(560, "nvmlSystemGetDriverBranch"))
        processName = binder.optional("nvmlSystemGetProcessName")
    }
}

extension NVMLLibrary {
    /// The library's own words for a return code; nil when it has none. Needs no initialisation.
    package func errorString(_ code: NVMLReturnCode) -> String? {
        guard let text = functions.pointee.system.errorString.address?(code.rawValue) else { return nil }
        return String(terminatedIn: UnsafeRawBufferPointer(start: text, count: strnlen(text, 256)))
    }

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

    /// The driver's branch, such as "r580_00".
    package func driverBranch() throws(NVMLError) -> String {
        var info = nvmlSystemDriverBranchInfo_v1_t()
        info.version = nvmlSystemDriverBranchInfo_v1
        try call(functions.pointee.system.driverBranch) { $0(&info, UInt32(NVML_SYSTEM_DRIVER_VERSION_BUFFER_SIZE)) }
        return String(terminatedIn: info.branch)
    }

    /// The name of a process in the node's pid namespace.
    package func processName(_ pid: UInt32) throws(NVMLError) -> String {
        try text(functions.pointee.system.processName, capacity: 1024) { $0(pid, $1, $2) }
    }
}
