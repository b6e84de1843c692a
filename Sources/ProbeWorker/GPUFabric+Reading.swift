internal import NVML
internal import Snapshots

extension GPUFabric {
    /// Asks NVML how this GPU's registration with the fabric stands.
    init(reading device: NVMLDevice) {
        self.init()
        let info = Reading { () throws(NVMLError) in try device.fabricInfo() }
        state = info.map(\.state)
        status = info.map(\.status.rawValue)
        cliqueID = info.map(\.cliqueId)
        clusterUUID = info.map { Self.text(ofUUID: $0.clusterUUID) }
        healthMask = info.flattened(\.healthMask)
        healthSummary = info.flattened(\.healthSummary)
    }

    private static func text(ofUUID bytes: [UInt8]) -> String {
        bytes.enumerated().map { place, byte in
            let digits = String(byte, radix: 16)
            return ([4, 6, 8, 10].contains(place) ? "-" : "") + (digits.utf8.count == 1 ? "0" : "") + digits
        }.joined()
    }
}

extension Reading {
    /// A part that not every version of an answer has.
    fileprivate func flattened<Part>(_ path: KeyPath<Value, Part?>) -> Reading<Part> {
        switch self {
        case .value(let value): value[keyPath: path].map(Reading<Part>.value) ?? .unavailable(.notSupported)
        case .unavailable(let reason): .unavailable(reason)
        }
    }
}
