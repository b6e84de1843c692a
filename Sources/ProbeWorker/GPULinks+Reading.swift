internal import CNVML
internal import NVML
internal import Snapshots

extension GPULinks {
    /// Asks NVML for each NVLink and chip-to-chip link.
    init(reading device: NVMLDevice) {
        self.init()
        count = Reading { () throws(NVMLError) in try device.nvlinkCount() }
        links = (0..<min(count.value ?? 0, Self.limit)).map { GPULink(reading: device, $0) }
        readErrors(device)
        c2cCount = Reading { () throws(NVMLError) in
            UInt32(clamping: try device.unsignedField(NVMLField(id: NVML_FI_DEV_C2C_LINK_COUNT)))
        }
        c2cLinks = (0..<min(c2cCount.value ?? 0, Self.limit)).map { C2CLink(reading: device, $0) }
    }

    /// A link that does not tell its version, as one that is down may not, has the counters of the others.
    private mutating func readErrors(_ device: NVMLDevice) {
        let common = links.lazy.compactMap(\.version.value).first
        for place in links.indices {
            let link = links[place]
            let version = link.version.value ?? common
            if version.map({ $0 >= GPULink.version5 }) ?? Self.hasPacketCounters(device) {
                links[place].errors.readPacketCounters(device, link.number)
            } else {
                links[place].errors.readLinkCounters(device, link.number)
            }
        }
    }

    /// By the GPU's architecture, where no link tells its version.
    private static func hasPacketCounters(_ device: NVMLDevice) -> Bool {
        guard let architecture = try? device.architecture() else { return false }
        return architecture >= GPULink.firstArchitecture && architecture != GPULink.unknownArchitecture
    }

    /// More links than any GPU has.
    private static let limit: UInt32 = 64
}

extension GPULink {
    /// `nvmlNvlinkVersion_t` of the first generation with packet counters instead of replay and CRC counters.
    fileprivate static let version5: UInt32 = 7
    /// `nvmlDeviceArchitecture_t` of the first GPUs with such links, Blackwell's.
    fileprivate static let firstArchitecture: UInt32 = 10
    fileprivate static let unknownArchitecture = UInt32.max

    fileprivate init(reading device: NVMLDevice, _ number: UInt32) {
        self.init()
        self.number = number
        isActive = Reading { () throws(NVMLError) in try device.nvlinkActive(number) }
        version = Reading { () throws(NVMLError) in try device.nvlinkVersion(number) }
        speedMBps = Reading { () throws(NVMLError) in
            UInt32(clamping: try device.unsignedField(NVMLField(id: NVML_FI_DEV_NVLINK_GET_SPEED, scope: number)))
        }
        remoteType = Reading { () throws(NVMLError) in try device.nvlinkRemoteDeviceType(number) }
        remoteBusID = Reading { () throws(NVMLError) in BusID(try device.nvlinkRemotePCIInfo(number)) }
    }
}

extension GPULinkErrors {
    /// The counters of NVLink 5, fields whose scope is the link's number.
    private static let packetCounters: [(UInt32, any WritableKeyPath<GPULinkErrors, Reading<UInt64>> & Sendable)] = [
        (NVML_FI_DEV_NVLINK_COUNT_MALFORMED_PACKET_ERRORS, \.malformedPackets),
        (NVML_FI_DEV_NVLINK_COUNT_BUFFER_OVERRUN_ERRORS, \.bufferOverruns),
        (NVML_FI_DEV_NVLINK_COUNT_RCV_ERRORS, \.receiveErrors),
        (NVML_FI_DEV_NVLINK_COUNT_RCV_REMOTE_ERRORS, \.receiveRemoteErrors),
        (NVML_FI_DEV_NVLINK_COUNT_RCV_GENERAL_ERRORS, \.receiveGeneralErrors),
        (NVML_FI_DEV_NVLINK_COUNT_LOCAL_LINK_INTEGRITY_ERRORS, \.localIntegrityErrors),
        (NVML_FI_DEV_NVLINK_COUNT_XMIT_DISCARDS, \.transmitDiscards),
        (NVML_FI_DEV_NVLINK_COUNT_LINK_RECOVERY_SUCCESSFUL_EVENTS, \.recoveriesSucceeded),
        (NVML_FI_DEV_NVLINK_COUNT_LINK_RECOVERY_FAILED_EVENTS, \.recoveriesFailed),
        (NVML_FI_DEV_NVLINK_COUNT_EFFECTIVE_ERRORS, \.effectiveErrors),
        (NVML_FI_DEV_NVLINK_COUNT_EFFECTIVE_BER, \.effectiveBER),
        (NVML_FI_DEV_NVLINK_COUNT_SYMBOL_ERRORS, \.symbolErrors),
        (NVML_FI_DEV_NVLINK_COUNT_SYMBOL_BER, \.symbolBER),
    ]

    fileprivate mutating func readLinkCounters(_ device: NVMLDevice, _ number: UInt32) {
        replay = Reading { () throws(NVMLError) in try device.nvlinkErrors(number, .replay) }
        recovery = Reading { () throws(NVMLError) in try device.nvlinkErrors(number, .recovery) }
        crcFlit = Reading { () throws(NVMLError) in try device.nvlinkErrors(number, .crcFlit) }
        crcData = Reading { () throws(NVMLError) in try device.nvlinkErrors(number, .crcData) }
        eccData = Reading { () throws(NVMLError) in try device.nvlinkErrors(number, .eccData) }
        for (_, path) in Self.packetCounters { self[keyPath: path] = .unavailable(.notSupported) }
    }

    fileprivate mutating func readPacketCounters(_ device: NVMLDevice, _ number: UInt32) {
        let results = device.fields(Self.packetCounters.map { NVMLField(id: $0.0, scope: number) })
        for ((_, path), result) in zip(Self.packetCounters, results) {
            self[keyPath: path] = Reading { () throws(NVMLError) in try result.get() }.naturalNumber
        }
        for path in [\Self.replay, \.recovery, \.crcFlit, \.crcData, \.eccData] {
            self[keyPath: path] = .unavailable(.notSupported)
        }
    }
}

extension Reading<NVMLNumber> {
    /// The same as a natural number; an error where it is negative or a fraction, which no counter is.
    fileprivate var naturalNumber: Reading<UInt64> {
        switch self {
        case .value(let number): number.unsigned.map(Reading<UInt64>.value) ?? .unavailable(.error(code: -1))
        case .unavailable(let reason): .unavailable(reason)
        }
    }
}

extension C2CLink {
    fileprivate init(reading device: NVMLDevice, _ number: UInt32) {
        self.init()
        self.number = number
        isActive = Reading { () throws(NVMLError) in
            try device.unsignedField(NVMLField(id: NVML_FI_DEV_C2C_LINK_GET_STATUS, scope: number)) != 0
        }
        maxBandwidthMBps = Reading { () throws(NVMLError) in
            UInt32(clamping: try device.unsignedField(NVMLField(id: NVML_FI_DEV_C2C_LINK_GET_MAX_BW, scope: number)))
        }
    }
}
