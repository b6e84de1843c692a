/// The id under which a device plugin offers a GPU or a part of one.
package struct HostDeviceID: Sendable, Hashable {
    package enum Target: Sendable, Hashable {
        /// `GPU-<uuid>`
        case gpu(uuid: String)
        /// `MIG-<uuid>`, or the older `MIG-GPU-<uuid>/<gi>/<ci>`
        case mig(uuid: String)
        /// GKE's `nvidia0` and `nvidia0/gi1`: the device's minor number, and the GPU instance.
        case minor(UInt32, gpuInstance: UInt32?)
        /// GPUs passed through to virtual machines.
        case pci(BusID)
        case other
    }

    /// As the plugin writes it.
    package var text: String
    package var target: Target
    /// Which of the copies of a shared GPU (`::2`, GKE's `/vgpu2`); nil where it is not shared.
    package var replica: UInt32?

    package init(_ text: String) {
        self.text = text
        var rest = text[...]
        if let mark = Self.range(of: "::", in: text), let number = UInt32(text[mark.upperBound...]) {
            replica = number
            rest = text[..<mark.lowerBound]
        } else if let mark = Self.range(of: "/vgpu", in: text), let number = UInt32(text[mark.upperBound...]) {
            replica = number
            rest = text[..<mark.lowerBound]
        }
        target = Self.target(rest)
    }

    private static func target(_ text: Substring) -> Target {
        if text.hasPrefix("GPU-") { return .gpu(uuid: String(text)) }
        if text.hasPrefix("MIG-") { return .mig(uuid: String(text)) }
        if text.hasPrefix("nvidia") {
            let parts = text.dropFirst(6).split(separator: "/", omittingEmptySubsequences: false)
            guard let minor = parts.first.flatMap({ UInt32($0) }) else { return .other }
            guard parts.count > 1 else { return .minor(minor, gpuInstance: nil) }
            guard parts[1].hasPrefix("gi"), let instance = UInt32(parts[1].dropFirst(2)) else { return .other }
            return .minor(minor, gpuInstance: instance)
        }
        return BusID(text).map(Target.pci) ?? .other
    }

    /// The last place of `mark`.
    private static func range(of mark: String, in text: String) -> Range<String.Index>? {
        var end = text.endIndex
        while let start = text.index(end, offsetBy: -mark.count, limitedBy: text.startIndex) {
            if text[start..<end] == mark { return start..<end }
            end = text.index(before: end)
        }
        return nil
    }
}
