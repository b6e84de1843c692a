/// A PCI address: domain, bus, device and function.
///
/// NVML, /proc, sysfs and the kernel log write it in four different ways (8-digit or 4-digit domain, upper or lower case,
/// with or without the function), so it is compared as integers and printed in one way.
package struct BusID: Sendable, Hashable, Comparable {
    package let domain: UInt32
    package let bus: UInt8
    package let device: UInt8
    package let function: UInt8

    package init(domain: UInt32, bus: UInt8, device: UInt8, function: UInt8 = 0) {
        self.domain = domain
        self.bus = bus
        self.device = device
        self.function = function
    }

    /// Reads `0000:3b:00.0`, `00000000:3B:00.0`, `0000:3b:00` and `3b:00.0`; nil for anything else.
    package init?(_ text: some StringProtocol) {
        var parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), let tail = parts.popLast() else { return nil }
        let slot = tail.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard (1...2).contains(slot.count), let device = Self.hex(slot[0], digits: 1...2), device < 32 else {
            return nil
        }
        let function = slot.count == 2 ? Self.hex(slot[1], digits: 1...1) : 0
        guard let function, function < 8 else { return nil }
        guard let last = parts.popLast(), let bus = Self.hex(last, digits: 1...2) else { return nil }
        guard let domain = parts.last.map({ Self.hex($0, digits: 1...8) }) ?? 0 else { return nil }
        self.init(domain: domain, bus: UInt8(bus), device: UInt8(device), function: UInt8(function))
    }

    private static func hex(_ digits: some Collection<UInt8>, digits allowed: ClosedRange<Int>) -> UInt32? {
        guard allowed.contains(digits.count) else { return nil }
        var value: UInt32 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(digit - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt32(digit - UInt8(ascii: "A") + 10)
            default: return nil
            }
        }
        return value
    }

    /// The address without its function: Xid lines name none, so GPUs are matched by this.
    package var slot: UInt64 { UInt64(domain) << 16 | UInt64(bus) << 8 | UInt64(device) }

    package static func < (left: BusID, right: BusID) -> Bool {
        (left.slot, left.function) < (right.slot, right.function)
    }
}

extension BusID: CustomStringConvertible {
    /// The form used everywhere in answers and in sysfs: `0000:3b:00.0`.
    package var description: String {
        String(unsafeUninitializedCapacity: 16) { text in
            var length = 0
            func put(_ value: UInt32, digits: Int) {
                for place in stride(from: digits - 1, through: 0, by: -1) {
                    let digit = UInt8(truncatingIfNeeded: value >> UInt32(place * 4) & 0xf)
                    text[length] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
                    length += 1
                }
            }
            func put(_ character: UInt8) {
                text[length] = character
                length += 1
            }
            put(domain, digits: max(4, (35 - domain.leadingZeroBitCount) / 4))
            put(UInt8(ascii: ":"))
            put(UInt32(bus), digits: 2)
            put(UInt8(ascii: ":"))
            put(UInt32(device), digits: 2)
            put(UInt8(ascii: "."))
            put(UInt32(function), digits: 1)
            return length
        }
    }
}
