public import CNVML
internal import Scenarios

@_cdecl("nvmlDeviceGetCurrPcieLinkGeneration")
public func nvmlDeviceGetCurrPcieLinkGeneration(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    readNumber(.deviceGetCurrPcieLinkGeneration, device, out) { $0.gpu.pcie.generation }
}

@_cdecl("nvmlDeviceGetCurrPcieLinkWidth")
public func nvmlDeviceGetCurrPcieLinkWidth(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    readNumber(.deviceGetCurrPcieLinkWidth, device, out) { $0.gpu.pcie.width }
}

@_cdecl("nvmlDeviceGetMaxPcieLinkGeneration")
public func nvmlDeviceGetMaxPcieLinkGeneration(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    readNumber(.deviceGetMaxPcieLinkGeneration, device, out) { $0.gpu.pcie.maxGeneration }
}

@_cdecl("nvmlDeviceGetGpuMaxPcieLinkGeneration")
public func nvmlDeviceGetGpuMaxPcieLinkGeneration(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    readNumber(.deviceGetGpuMaxPcieLinkGeneration, device, out) { $0.gpu.pcie.gpuMaxGeneration }
}

@_cdecl("nvmlDeviceGetMaxPcieLinkWidth")
public func nvmlDeviceGetMaxPcieLinkWidth(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    readNumber(.deviceGetMaxPcieLinkWidth, device, out) { $0.gpu.pcie.maxWidth }
}

@_cdecl("nvmlDeviceGetPcieReplayCounter")
public func nvmlDeviceGetPcieReplayCounter(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    readNumber(.deviceGetPcieReplayCounter, device, out) { $0.gpu.pcie.replay }
}

@_cdecl("nvmlDeviceGetPcieSpeed")
public func nvmlDeviceGetPcieSpeed(_ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?) -> nvmlReturn_t {
    readNumber(.deviceGetPcieSpeed, device, out) { $0.gpu.pcie.speed }
}

@_cdecl("nvmlDeviceGetPcieLinkMaxSpeed")
public func nvmlDeviceGetPcieLinkMaxSpeed(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    readNumber(.deviceGetPcieLinkMaxSpeed, device, out) { device in
        // NVML numbers the speeds: 1 is 2500 MT/s, and each generation is one more.
        device.gpu.pcie.maxSpeed == .absent ? .absent : device.gpu.pcie.maxGeneration
    }
}

@_cdecl("nvmlDeviceGetPcieThroughput")
public func nvmlDeviceGetPcieThroughput(
    _ device: nvmlDevice_t?, _ counter: UInt32, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    readNumber(.deviceGetPcieThroughput, device, out) { device in
        switch counter {
        case NVML_PCIE_UTIL_TX_BYTES: device.gpu.pcie.transmitted
        case NVML_PCIE_UTIL_RX_BYTES: device.gpu.pcie.received
        default: .failed(.invalidArgument)
        }
    }
}
