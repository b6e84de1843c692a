import CNVML

struct FabricFunctions {
    let versioned: NVMLFunction<pfn_nvmlDeviceGetGpuFabricInfoV>
    let plain: NVMLFunction<pfn_nvmlDeviceGetGpuFabricInfo>

    init(_ binder: inout SymbolBinder) {
        versioned = binder.optional(.since(550, "nvmlDeviceGetGpuFabricInfoV"))
        plain = binder.optional(.since(525, "nvmlDeviceGetGpuFabricInfo"))
    }
}

/// A GPU's registration with the NVLink fabric (NVSwitch systems).
package struct NVMLFabricInfo: Hashable, Sendable {
    /// The version of NVML's structure that it came in: 3, 2 or 1.
    package let version: UInt32
    /// 0 not supported, 1 not started, 2 in progress, 3 completed.
    package let state: UInt32
    /// How the registration ended; means something in state 3 only.
    package let status: NVMLReturnCode
    package let cliqueId: UInt32
    /// 16 bytes; all zero for a fabric within one node.
    package let clusterUUID: [UInt8]
    /// Raw bits: a healthy GPU has a mask that is not zero. From version 2.
    package let healthMask: UInt32?
    /// 0 not supported, 1 healthy, 2 unhealthy, 3 limited capacity. From version 3.
    package let healthSummary: UInt32?
}

extension NVMLDevice {
    /// Asks with the newest structure first, then with what older libraries know.
    package func fabricInfo() throws(NVMLError) -> NVMLFabricInfo {
        let function = functions.pointee.fabric.versioned
        var info = nvmlGpuFabricInfo_v3_t()
        for version in [nvmlGpuFabricInfo_v3, nvmlGpuFabricInfo_v2] {
            // Version 2 is version 3 without its last field.
            info = nvmlGpuFabricInfo_v3_t()
            info.version = version
            let code = answer(function) { $0(handle, &info) }
            if code == .success { return NVMLFabricInfo(info, version: version >> 24) }
            if code == .functionNotFound { break }
            guard code == .argumentVersionMismatch else { throw NVMLError(code, function.symbolIndex) }
        }
        return try fabricInfoV1()
    }

    private func fabricInfoV1() throws(NVMLError) -> NVMLFabricInfo {
        var info = nvmlGpuFabricInfo_t()
        try call(functions.pointee.fabric.plain) { $0(handle, &info) }
        return NVMLFabricInfo(
            version: 1, state: UInt32(info.state), status: NVMLReturnCode(rawValue: info.status),
            cliqueId: info.cliqueId, clusterUUID: withUnsafeBytes(of: info.clusterUuid) { Array($0) }, healthMask: nil,
            healthSummary: nil)
    }
}

extension NVMLFabricInfo {
    fileprivate init(_ info: nvmlGpuFabricInfo_v3_t, version: UInt32) {
        self.init(
            version: version, state: UInt32(info.state), status: NVMLReturnCode(rawValue: info.status),
            cliqueId: info.cliqueId, clusterUUID: withUnsafeBytes(of: info.clusterUuid) { Array($0) },
            healthMask: info.healthMask, healthSummary: version >= 3 ? UInt32(info.healthSummary) : nil)
    }
}
