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
    let details: NVMLFunction<pfn_nvmlDeviceGetRunningProcessDetailList>
    let utilization: NVMLFunction<pfn_nvmlDeviceGetProcessesUtilizationInfo>

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
        details = binder.optional(.since(535, "nvmlDeviceGetRunningProcessDetailList"))
        utilization = binder.optional(.since(550, "nvmlDeviceGetProcessesUtilizationInfo"))
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
    /// Bytes of `usedMemory` that confidential computing protects; only from records that have it.
    package let protectedMemory: UInt64?
}

/// How busy a process kept the GPU, in percent of the last sample period.
package struct NVMLProcessUtilization: Hashable, Sendable {
    package let pid: UInt32
    /// Microseconds since the epoch.
    package let timestamp: UInt64
    package let sm: UInt32
    package let memory: UInt32
    package let encoder: UInt32
    package let decoder: UInt32
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

    /// The processes of one kind with their protected memory (Hopper and newer).
    package func detailedProcesses(_ kind: NVMLProcessKind) throws(NVMLError) -> [NVMLProcess] {
        let function = functions.pointee.processes.details
        return try list(function, of: nvmlProcessDetail_v1_t()) { function, buffer, count in
            var request = nvmlProcessDetailList_v1_t()
            request.version = nvmlProcessDetailList_v1
            request.mode = kind.rawValue
            request.numProcArrayEntries = count
            request.procArray = buffer
            defer { count = request.numProcArrayEntries }
            return function(handle, &request)
        }.map { NVMLProcess($0) }
    }

    /// The processes that used the GPU after a time (microseconds since the epoch; 0 is "ever").
    package func processUtilization(since timestamp: UInt64 = 0) throws(NVMLError) -> [NVMLProcessUtilization] {
        let function = functions.pointee.processes.utilization
        return try list(function, of: nvmlProcessUtilizationInfo_v1_t()) { function, buffer, count in
            var request = nvmlProcessesUtilizationInfo_v1_t()
            request.version = nvmlProcessesUtilizationInfo_v1
            request.processSamplesCount = count
            request.lastSeenTimeStamp = timestamp
            request.procUtilArray = buffer
            defer { count = request.processSamplesCount }
            return function(handle, &request)
        }.map {
            NVMLProcessUtilization(
                pid: $0.pid, timestamp: $0.timeStamp, sm: $0.smUtil, memory: $0.memUtil, encoder: $0.encUtil,
                decoder: $0.decUtil)
        }
    }
}

extension NVMLProcess {
    fileprivate init(_ info: nvmlProcessInfo_v1_t) {
        self.init(
            pid: info.pid, usedMemory: info.usedGpuMemory.known, gpuInstanceId: nil, computeInstanceId: nil,
            protectedMemory: nil)
    }

    fileprivate init(_ info: nvmlProcessInfo_v2_t) {
        self.init(
            pid: info.pid, usedMemory: info.usedGpuMemory.known, gpuInstanceId: info.gpuInstanceId.known,
            computeInstanceId: info.computeInstanceId.known, protectedMemory: nil)
    }

    fileprivate init(_ info: nvmlProcessDetail_v1_t) {
        self.init(
            pid: info.pid, usedMemory: info.usedGpuMemory.known, gpuInstanceId: info.gpuInstanceId.known,
            computeInstanceId: info.computeInstanceId.known, protectedMemory: info.usedGpuCcProtectedMemory.known)
    }
}

extension FixedWidthInteger {
    /// nil for all ones, which is NVML's "not available".
    fileprivate var known: Self? { self == .max ? nil : self }
}
