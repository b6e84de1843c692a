/// What a device plugin calls a GPU or a part of one.
package struct DeviceID: Sendable, Hashable {
    /// How it names the GPU.
    package enum Name: Sendable, Hashable {
        /// `GPU-...`
        case gpu(uuid: String)
        /// `MIG-...` as new drivers have it: a uuid of the MIG device itself.
        case mig(uuid: String)
        /// `MIG-GPU-<uuid>/<gi>/<ci>`, drivers before R470.
        case migInstance(gpuUUID: String, gpuInstance: UInt32, computeInstance: UInt32)
        /// `nvidia0`: GKE's plugin, by the minor number of the device node.
        case minor(UInt32)
        /// `nvidia0/gi1`: a MIG instance in GKE's words.
        case minorInstance(UInt32, gpuInstance: UInt32)
        /// A whole GPU passed through to a virtual machine (KubeVirt's plugin).
        case busID(BusID)
    }

    /// As it was written.
    package let text: String
    /// Nil for a name of no known form.
    package let names: Name?
    /// The number of the share where one device is announced several times (time-slicing, MPS): `GPU-...::3`,
    /// `nvidia0/vgpu3`.
    package let replica: UInt32?

    package init(_ text: String) {
        self.text = text
        let (device, replica) = Self.splitReplica(text)
        self.replica = replica
        names = Self.uuid(device) ?? Self.minor(device) ?? BusID(device).map(Name.busID)
    }

    private static func splitReplica(_ text: String) -> (device: Substring, replica: UInt32?) {
        if let mark = text.firstRange(ofASCII: "::"), let number = UInt32(text[mark.upperBound...]) {
            return (text[..<mark.lowerBound], number)
        }
        if let mark = text.firstRange(ofASCII: "/vgpu"), let number = UInt32(text[mark.upperBound...]) {
            return (text[..<mark.lowerBound], number)
        }
        return (text[...], nil)
    }

    private static func uuid(_ text: Substring) -> Name? {
        if text.hasPrefix("GPU-"), text.utf8.count > 4 { return .gpu(uuid: String(text)) }
        guard text.hasPrefix("MIG-"), text.utf8.count > 4 else { return nil }
        let parts = text.dropFirst(4).split(separator: "/", omittingEmptySubsequences: false)
        guard parts[0].hasPrefix("GPU-") else { return .mig(uuid: String(text)) }
        guard parts.count == 3, let gi = UInt32(parts[1]), let ci = UInt32(parts[2]) else { return nil }
        return .migInstance(gpuUUID: String(parts[0]), gpuInstance: gi, computeInstance: ci)
    }

    private static func minor(_ text: Substring) -> Name? {
        guard text.hasPrefix("nvidia") else { return nil }
        let parts = text.dropFirst(6).split(separator: "/", omittingEmptySubsequences: false)
        guard let minor = UInt32(parts[0]) else { return nil }
        if parts.count == 1 { return .minor(minor) }
        guard parts.count == 2, parts[1].hasPrefix("gi"), let gi = UInt32(parts[1].dropFirst(2)) else { return nil }
        return .minorInstance(minor, gpuInstance: gi)
    }
}

extension String {
    /// Where `part` first stands; both are ASCII, or compared byte by byte.
    fileprivate func firstRange(ofASCII part: StaticString) -> Range<String.Index>? {
        let part = Array("\(part)".utf8)
        var start = utf8.startIndex
        while start < utf8.endIndex {
            if utf8[start...].starts(with: part) { return start..<utf8.index(start, offsetBy: part.count) }
            start = utf8.index(after: start)
        }
        return nil
    }
}
