import CNVML

struct NVLinkFunctions {
    let state: NVMLFunction<DeviceSelectedUInt32>
    let version: NVMLFunction<DeviceSelectedUInt32>
    let remotePCI: NVMLFunction<pfn_nvmlDeviceGetNvLinkRemotePciInfo_v2>
    let remoteType: NVMLFunction<DeviceSelectedUInt32>
    let errorCounter: NVMLFunction<pfn_nvmlDeviceGetNvLinkErrorCounter>

    init(_ binder: inout SymbolBinder) {
        state = binder.optional("nvmlDeviceGetNvLinkState")
        version = binder.optional("nvmlDeviceGetNvLinkVersion")
        remotePCI = binder.optional("nvmlDeviceGetNvLinkRemotePciInfo_v2", "nvmlDeviceGetNvLinkRemotePciInfo")
        remoteType = binder.optional(.since(470, "nvmlDeviceGetNvLinkRemoteDeviceType"))
        errorCounter = binder.optional("nvmlDeviceGetNvLinkErrorCounter")
    }
}

/// An error counter of a link up to NVLink 4; those of NVLink 5 are fields 206 to 222.
package enum NVMLNVLinkCounter: UInt32, CaseIterable, Sendable {
    case replay = 0
    case recovery = 1
    case crcFlit = 2
    case crcData = 3
    case eccData = 4
}

// Links are counted from 0. Without NVLink, or with MIG on, they are inactive or not supported, and that is right.
extension NVMLDevice {
    /// The number of links (field 91); more than 1024 are not believed.
    package func nvlinkCount() throws(NVMLError) -> UInt32 {
        let count = try unsignedField(NVMLField(id: NVML_FI_DEV_NVLINK_LINK_COUNT))
        guard count <= 1024 else {
            throw NVMLError(.unreadableAnswer, functions.pointee.fields.values.symbolIndex)
        }
        return UInt32(count)
    }

    /// Whether a link is up.
    package func nvlinkActive(_ link: UInt32) throws(NVMLError) -> Bool {
        try uint32(functions.pointee.nvlink.state, link) != 0
    }

    /// NVML's code: 1 is 1.0, 2 is 2.0, 3 is 2.2, 4 is 3.0, 5 is 3.1, 6 is 4.0, 7 is 5.0, 8 is 6.0.
    package func nvlinkVersion(_ link: UInt32) throws(NVMLError) -> UInt32 {
        try uint32(functions.pointee.nvlink.version, link)
    }

    /// The PCI address of the other end: a GPU, or the switch. May be not supported in NVL racks.
    package func nvlinkRemotePCIInfo(_ link: UInt32) throws(NVMLError) -> NVMLPCIInfo {
        var info = nvmlPciInfo_t()
        try call(functions.pointee.nvlink.remotePCI) { $0(handle, link, &info) }
        return NVMLPCIInfo(info)
    }

    /// What is at the other end: 0 GPU, 1 IBM NPU, 2 switch, 255 unknown.
    package func nvlinkRemoteDeviceType(_ link: UInt32) throws(NVMLError) -> UInt32 {
        try uint32(functions.pointee.nvlink.remoteType, link)
    }

    /// A link's error counter, since the driver was loaded or the counter reset; not supported where its GPU has none such.
    ///
    /// - Parameter link: less than ``nvlinkCount()``.
    package func nvlinkErrors(_ link: UInt32, _ counter: NVMLNVLinkCounter) throws(NVMLError) -> UInt64 {
        var count: UInt64 = 0
        try call(choosing: functions.pointee.nvlink.errorCounter) { $0(handle, link, counter.rawValue, &count) }
        return count
    }
}
