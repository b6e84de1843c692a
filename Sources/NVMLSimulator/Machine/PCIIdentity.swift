internal import CNVML
internal import Scenarios

/// A PCI device in NVML's structures, made once.
struct PCIIdentity: Sendable {
    let address: PCIAddress
    let deviceID: UInt32
    let subsystemID: UInt32
    let classCode: UInt32
    private let name: [UInt8]
    private let legacyName: [UInt8]

    init(_ place: PCIPlace) {
        self.init(place.busID, deviceID: place.deviceID, subsystemID: place.subsystemID, classCode: place.classCode)
    }

    private init(_ address: PCIAddress, deviceID: UInt32, subsystemID: UInt32, classCode: UInt32) {
        self.address = address
        self.deviceID = deviceID
        self.subsystemID = subsystemID
        self.classCode = classCode
        name = Array(address.nvmlName.utf8)
        legacyName = Array(address.legacyName.utf8)
    }

    /// What is at the other end of a link: the GPU or address that the scenario names, else the NVSwitches in turn.
    init?(remoteOf link: NVLinkReadings, _ number: Int, switches: [PCIAddress], addresses: [PCIAddress]) {
        let address: PCIAddress
        if let named = link.remoteBusID.value.flatMap({ PCIAddress($0.string) }) {
            address = named
        } else if let gpu = link.remoteGPU, addresses.indices.contains(gpu) {
            address = addresses[gpu]
        } else if link.remoteType.value?.start == 2, !switches.isEmpty {
            address = switches[number % switches.count]
        } else {
            return nil
        }
        self.init(address, deviceID: 0, subsystemID: 0, classCode: 0)
    }

    /// - Parameter size: how many bytes the caller's structure has; the oldest one ends before the long bus id.
    func write(_ out: UnsafeMutablePointer<nvmlPciInfo_t>, long: Bool) {
        out.pointee.domain = address.domain
        out.pointee.bus = address.bus
        out.pointee.device = address.device
        out.pointee.pciDeviceId = deviceID
        out.pointee.pciSubSystemId = subsystemID
        fill(&out.pointee.busIdLegacy, legacyName)
        if long { fill(&out.pointee.busId, name) }
    }

    func write(_ out: UnsafeMutablePointer<nvmlPciInfoExt_v1_t>) {
        out.pointee.domain = address.domain
        out.pointee.bus = address.bus
        out.pointee.device = address.device
        out.pointee.pciDeviceId = deviceID
        out.pointee.pciSubSystemId = subsystemID
        out.pointee.baseClass = classCode >> 16
        out.pointee.subClass = classCode >> 8 & 0xff
        fill(&out.pointee.busId, name)
    }
}

/// Writes bytes into a fixed array of a C structure, zeros after them.
func fill<Field>(_ field: inout Field, _ bytes: some Collection<UInt8>) {
    withUnsafeMutableBytes(of: &field) { buffer in
        let count = min(bytes.count, buffer.count)
        buffer.copyBytes(from: bytes.prefix(count))
        for index in count..<buffer.count { buffer[index] = 0 }
    }
}
