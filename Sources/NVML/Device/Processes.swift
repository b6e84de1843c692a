import CNVML

struct ProcessFunctions {
    /// One kind of list, by the two layouts of its records.
    struct List {
        let withInstances: NVMLFunction<pfn_nvmlDeviceGetComputeRunningProcesses_v3>
        let plain: NVMLFunction<pfn_nvmlDeviceGetComputeRunningProcesses>
    }

    let compute: List
    let graphics: List
    let mps: List
    /// Libraries 535.43.02 to 535.86 write the records of the detailed list into the lists of the suffix _v3, 32 bytes each;
    /// all before and after them write 24. They are told by two names: no other library has the first without the second.
    let hasWideRecords: Bool

    init(_ binder: inout SymbolBinder) {
        compute = List(
            withInstances: binder.optional(
                .since(510, "nvmlDeviceGetComputeRunningProcesses_v3"),
                .since(450, "nvmlDeviceGetComputeRunningProcesses_v2")),
            plain: binder.optional("nvmlDeviceGetComputeRunningProcesses"))
        graphics = List(
            withInstances: binder.optional(
                .since(510, "nvmlDeviceGetGraphicsRunningProcesses_v3"),
                .since(450, "nvmlDeviceGetGraphicsRunningProcesses_v2")),
            plain: binder.optional("nvmlDeviceGetGraphicsRunningProcesses"))
        mps = List(
            withInstances: binder.optional(
                .since(510, "nvmlDeviceGetMPSComputeRunningProcesses_v3"),
                .since(470, "nvmlDeviceGetMPSComputeRunningProcesses_v2")),
            plain: binder.optional(.since(470, "nvmlDeviceGetMPSComputeRunningProcesses")))
        hasWideRecords =
            binder.exports("nvmlDeviceGetConfComputeMemSizeInfo")
            && !binder.exports("nvmlDeviceGetRunningProcessDetailList")
    }
}

/// Which processes: each list holds those with a context of that kind.
package enum NVMLProcessKind: UInt32, CaseIterable, Sendable {
    case compute = 0
    case graphics = 1
    case mps = 2
}

/// A process with a context on the GPU. One that merely holds the device node open is in no list.
package struct NVMLProcess: Hashable, Sendable {
    /// In the node's pid namespace if the caller is in it; else hidden or translated.
    package let pid: UInt32
    /// Bytes; nil where the library cannot tell (another pid namespace, MIG without rights).
    package let usedMemory: UInt64?
    /// nil outside MIG.
    package let gpuInstanceId: UInt32?
    package let computeInstanceId: UInt32?
}

extension NVMLDevice {
    /// The processes of one kind. On a MIG device its own; on the GPU those of all instances, if permitted.
    package func processes(_ kind: NVMLProcessKind) throws(NVMLError) -> [NVMLProcess] {
        let functions =
            switch kind {
            case .compute: functions.pointee.processes.compute
            case .graphics: functions.pointee.processes.graphics
            case .mps: functions.pointee.processes.mps
            }
        // The plain function writes records of 16 bytes instead of 24: never one in the other's place.
        if functions.withInstances.address == nil, functions.plain.address != nil { return try plain(functions.plain) }
        return self.functions.pointee.processes.hasWideRecords
            ? try wide(functions.withInstances) : try withInstances(functions.withInstances)
    }

    private func plain(
        _ function: NVMLFunction<pfn_nvmlDeviceGetComputeRunningProcesses>
    ) throws(NVMLError) -> [NVMLProcess] {
        try list(function, of: nvmlProcessInfo_v1_t()) { function, buffer, count in
            function(handle, &count, buffer)
        }.map { NVMLProcess($0) }
    }

    private func withInstances(
        _ function: NVMLFunction<pfn_nvmlDeviceGetComputeRunningProcesses_v3>
    ) throws(NVMLError) -> [NVMLProcess] {
        try list(function, of: nvmlProcessInfo_v2_t()) { function, buffer, count in
            function(handle, &count, buffer)
        }.map { NVMLProcess($0) }
    }

    /// The same function of a library that takes the buffer for one of larger records.
    private func wide(
        _ function: NVMLFunction<pfn_nvmlDeviceGetComputeRunningProcesses_v3>
    ) throws(NVMLError) -> [NVMLProcess] {
        try list(function, of: nvmlProcessDetail_v1_t()) { function, buffer, count in
            let records = UnsafeMutableRawPointer(buffer)?.assumingMemoryBound(to: nvmlProcessInfo_t.self)
            return function(handle, &count, records)
        }.map { NVMLProcess($0) }
    }

}

extension NVMLProcess {
    fileprivate init(_ info: nvmlProcessInfo_v1_t) {
        self.init(pid: info.pid, usedMemory: info.usedGpuMemory.known, gpuInstanceId: nil, computeInstanceId: nil)
    }

    fileprivate init(_ info: nvmlProcessInfo_v2_t) {
        self.init(
            pid: info.pid, usedMemory: info.usedGpuMemory.known, gpuInstanceId: info.gpuInstanceId.known,
            computeInstanceId: info.computeInstanceId.known)
    }

    fileprivate init(_ info: nvmlProcessDetail_v1_t) {
        self.init(
            pid: info.pid, usedMemory: info.usedGpuMemory.known, gpuInstanceId: info.gpuInstanceId.known,
            computeInstanceId: info.computeInstanceId.known)
    }
}

extension FixedWidthInteger {
    /// nil for all ones, which is NVML's "not available".
    fileprivate var known: Self? { self == .max ? nil : self }
}
