/// A PCI address. Addresses compare as numbers, since every source prints them in another shape.
package struct PCIAddress: Sendable, Hashable, Comparable {
    package let domain: UInt32
    package let bus: UInt32
    package let device: UInt32
    package let function: UInt32

    package init(domain: UInt32, bus: UInt32, device: UInt32, function: UInt32 = 0) {
        self.domain = domain
        self.bus = bus
        self.device = device
        self.function = function
    }

    /// Any of "0000:3b:00.0", "00000000:3B:00.0", "0000:3b:00" and "3b:00.0".
    package init?(_ text: String) {
        var parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard (2...3).contains(parts.count) else { return nil }
        if parts.count == 2 { parts.insert("0", at: 0) }
        let last = parts[2].split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(last.count), let domain = UInt32(parts[0], radix: 16),
            let bus = UInt32(parts[1], radix: 16), let device = UInt32(last[0], radix: 16),
            let function = UInt32(last.count == 2 ? last[1] : "0", radix: 16),
            bus < 256, device < 32, function < 8
        else { return nil }
        self.init(domain: domain, bus: bus, device: device, function: function)
    }

    /// "0000:3b:00.0", as sysfs and procfs print it.
    package var sysfsName: String { "\(kernelName).\(function)" }

    /// "0000:3b:00", as Xid lines print it.
    package var kernelName: String { "\(hex(domain, 4)):\(hex(bus, 2)):\(hex(device, 2))" }

    /// "00000000:3B:00.0", as NVML prints it.
    package var nvmlName: String { "\(hex(domain, 8)):\(hex(bus, 2)):\(hex(device, 2)).0".uppercased() }

    /// "0000:3B:00.0", NVML's older shape.
    package var legacyName: String { "\(hex(domain, 4)):\(hex(bus, 2)):\(hex(device, 2)).0".uppercased() }

    package static func < (left: PCIAddress, right: PCIAddress) -> Bool {
        (left.domain, left.bus, left.device, left.function) < (right.domain, right.bus, right.device, right.function)
    }
}

/// Lower-case hexadecimal digits, filled with zeros to a width.
func hex(_ number: some BinaryInteger, _ width: Int) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}
