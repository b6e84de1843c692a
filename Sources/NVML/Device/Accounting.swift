import CNVML

struct AccountingFunctions {
    let mode: NVMLFunction<DeviceUInt32>
    let pids: NVMLFunction<pfn_nvmlDeviceGetAccountingPids>
    let statistics: NVMLFunction<pfn_nvmlDeviceGetAccountingStats>

    init(_ binder: inout SymbolBinder) {
        mode = binder.optional("nvmlDeviceGetAccountingMode")
        pids = binder.optional("nvmlDeviceGetAccountingPids")
        statistics = binder.optional("nvmlDeviceGetAccountingStats")
    }
}

/// What the driver kept of a process, dead ones included.
package struct NVMLAccountedProcess: Hashable, Sendable {
    package let pid: UInt32
    /// Percent over its life.
    package let gpuUtilization: UInt32
    package let memoryUtilization: UInt32
    /// Bytes; nil when not available.
    package let peakMemory: UInt64?
    /// Milliseconds of GPU activity, 0 while it runs.
    package let activeMilliseconds: UInt64
    /// Microseconds since the epoch.
    package let startTime: UInt64
    package let isRunning: Bool
}

extension NVMLDevice {
    /// Whether the driver keeps account of processes; off by default, and only root can turn it on.
    package func accountingMode() throws(NVMLError) -> Bool { try flag(functions.pointee.accounting.mode) }

    /// The processes that there are accounts of, running or not.
    package func accountedPids() throws(NVMLError) -> [UInt32] {
        try list(functions.pointee.accounting.pids, of: UInt32(0), capacity: 128) { function, buffer, count in
            function(handle, &count, buffer)
        }
    }

    /// The account of one process; `notFound` when there is none.
    package func accountedProcess(_ pid: UInt32) throws(NVMLError) -> NVMLAccountedProcess {
        var statistics = nvmlAccountingStats_t()
        try call(functions.pointee.accounting.statistics) { $0(handle, pid, &statistics) }
        return NVMLAccountedProcess(
            pid: pid, gpuUtilization: statistics.gpuUtilization, memoryUtilization: statistics.memoryUtilization,
            peakMemory: statistics.maxMemoryUsage == .max ? nil : statistics.maxMemoryUsage,
            activeMilliseconds: statistics.time, startTime: statistics.startTime,
            isRunning: statistics.isRunning != 0)
    }
}
