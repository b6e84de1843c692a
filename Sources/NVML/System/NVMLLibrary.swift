import CNVML

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// An opened NVML library, and what it answers about the node as a whole.
///
/// Opening a library makes no call; `start` does. It is never unloaded and its table of functions never freed: after a
/// driver reload an old handle stays mapped to the old library, so that a process which needs a new one must start over
/// anyway, and a device value that outlives `stop` gets NVML's "uninitialized" instead of a stray jump.
///
/// NVML may be called from several threads at once, but `start` and `stop` belong to one owner.
package final class NVMLLibrary: NVMLCaller {
    let functions: UnsafePointer<NVMLFunctions>
    private var isStarted = false

    /// The names that were found and will be called, in the order of `NVMLSymbol.all`.
    package let boundSymbols: [String]

    /// Opens a library file and looks its functions up.
    ///
    /// - Parameters:
    ///   - path: a file, or a plain name such as `libnvidia-ml.so.1` for the loader to search.
    ///   - currentCall: a word that holds the index (see `NVMLSymbol.name(at:)`) of the running call, and 0 between
    ///     calls; it must stay valid for the life of the process. A parent that shares it can tell where NVML hangs.
    package convenience init(
        path: String, currentCall: UnsafeMutablePointer<UInt32>? = nil
    ) throws(NVMLLoadError) {
        // Value 1 turns libraries of the 13.x era into a view of the MPS server, with hardly any readings.
        unsetenv("NVML_MPS_DEVICE_ENUMERATION")
        if path.contains("/"), access(path, F_OK) != 0 {
            throw .missing(path: path)
        }
        guard let library = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            throw .unloadable(path: path, reason: Self.loaderText())
        }
        try self.init(path: path, currentCall: currentCall) { dlsym(library, $0) }
    }

    /// Takes the functions from any source.
    init(
        path: String, currentCall: UnsafeMutablePointer<UInt32>? = nil,
        lookup: @escaping (String) -> UnsafeMutableRawPointer?
    ) throws(NVMLLoadError) {
        var binder = SymbolBinder(lookup: lookup)
        let table = NVMLFunctions(&binder, currentCall: currentCall)
        if let symbol = binder.missingRequired {
            throw .notNVML(path: path, missingSymbol: symbol)
        }
        let memory = UnsafeMutablePointer<NVMLFunctions>.allocate(capacity: 1)
        memory.initialize(to: table)
        functions = UnsafePointer(memory)
        boundSymbols = binder.bound
    }

    deinit {
        try? stop()
    }

    /// Initialises NVML. GPUs that cannot be attached do not make it fail; their own calls do.
    package func start() throws(NVMLError) {
        try call(functions.pointee.lifeCycle.start) { $0() }
        isStarted = true
    }

    /// Shuts NVML down, which lets go of the GPUs (a reset needs that). Does nothing when it was not started.
    package func stop() throws(NVMLError) {
        guard isStarted else { return }
        isStarted = false
        try call(functions.pointee.lifeCycle.stop) { $0() }
    }

    private static func loaderText() -> String {
        guard let text = dlerror() else { return "the loader gave no reason" }
        return String(String(cString: text).prefix(300))
    }
}

struct LifeCycleFunctions {
    let start: NVMLFunction<pfn_nvmlInit_v2>
    let stop: NVMLFunction<pfn_nvmlShutdown>

    init(_ binder: inout SymbolBinder) {
        // Plain nvmlInit is no fallback: it fails when a single GPU cannot be attached.
        start = binder.required("nvmlInit_v2")
        stop = binder.required("nvmlShutdown")
    }
}
