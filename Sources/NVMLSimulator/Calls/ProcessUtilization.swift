public import CNVML
internal import Scenarios

/// nvmlProcessUtilizationSample_t: pid at 0, time at 8, then percent of SM, memory, encoder, decoder from 16 on; 32 bytes.
@_cdecl("nvmlDeviceGetProcessUtilization")
public func nvmlDeviceGetProcessUtilization(
    _ device: nvmlDevice_t?, _ samples: UnsafeMutableRawPointer?, _ count: UnsafeMutablePointer<UInt32>?,
    _ lastSeen: UInt64
) -> nvmlReturn_t {
    onAnyDevice(.deviceGetProcessUtilization, device) { device, _ in
        guard let count else { return NVML_ERROR_INVALID_ARGUMENT }
        guard !device.gpu.mig.isOn else { return NVML_ERROR_NOT_SUPPORTED }
        let processes = device.gpu.processes
        guard !processes.isEmpty else { return NVML_ERROR_NOT_FOUND }
        let room = count.pointee
        count.pointee = UInt32(processes.count)
        guard let samples, room >= processes.count else { return NVML_ERROR_INSUFFICIENT_SIZE }
        let now = SimulatedClock.epochMicroseconds
        for (position, process) in processes.enumerated() {
            let sample = samples + position * 32
            sample.storeBytes(of: process.pid, as: UInt32.self)
            sample.storeBytes(of: now, toByteOffset: 8, as: Int64.self)
            for (field, percent) in process.percentages.enumerated() {
                sample.storeBytes(
                    of: UInt32(truncatingIfNeeded: percent), toByteOffset: 16 + field * 4, as: UInt32.self)
            }
        }
        return NVML_SUCCESS
    }
}

extension GPUProcess {
    fileprivate var percentages: [Int] { [smPercent, memoryPercent, encoderPercent, decoderPercent] }
}

@_cdecl("nvmlDeviceGetProcessesUtilizationInfo")
public func nvmlDeviceGetProcessesUtilizationInfo(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<nvmlProcessesUtilizationInfo_v1_t>?
) -> nvmlReturn_t {
    onDevice(.deviceGetProcessesUtilizationInfo, device) { device in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        guard out.pointee.version == nvmlProcessesUtilizationInfo_v1 else {
            return NVML_ERROR_ARGUMENT_VERSION_MISMATCH
        }
        guard !device.gpu.mig.isOn else { return NVML_ERROR_NOT_SUPPORTED }
        let processes = device.gpu.processes
        guard !processes.isEmpty else { return NVML_ERROR_NOT_FOUND }
        let now = UInt64(SimulatedClock.epochMicroseconds)
        let entries = processes.map { process in
            nvmlProcessUtilizationInfo_v1_t(
                timeStamp: now, pid: process.pid, smUtil: UInt32(process.smPercent),
                memUtil: UInt32(process.memoryPercent), encUtil: UInt32(process.encoderPercent),
                decUtil: UInt32(process.decoderPercent), jpgUtil: 0, ofaUtil: 0)
        }
        let code = put(entries, &out.pointee.processSamplesCount, out.pointee.procUtilArray)
        if code == NVML_SUCCESS { out.pointee.lastSeenTimeStamp = now }
        return code
    }
}
