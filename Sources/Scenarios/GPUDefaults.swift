/// What every GPU has and no scenario needs to spell out: numbers that differ from GPU to GPU, always the same for the
/// same node.
enum GPUDefaults {
    static func filled(_ gpu: GPU, _ index: Int, in system: NodeSystem) -> GPU {
        var gpu = gpu
        var random = SplitMix(seed: "\(system.hostname)/\(gpu.pci.busID.sysfsName)")
        let uuid = random.uuid()
        let serial = 1_650_000_000_000 + Int64(random.next() % 999_999_999)
        gpu.identity.uuid = gpu.identity.uuid.filled(Text("GPU-" + uuid))
        gpu.identity.serial = gpu.identity.serial.filled(Text(String(serial)))
        gpu.identity.minorNumber = gpu.identity.minorNumber.filled(Signal(Int64(index)))
        gpu.identity.boardID = gpu.identity.boardID.filled(
            Signal(Int64(gpu.pci.busID.domain << 16 | gpu.pci.busID.bus << 8)))
        gpu.identity.moduleID = gpu.identity.moduleID.filled(Signal(Int64(index + 1)))
        gpu.identity.irq = gpu.identity.irq.filled(Signal(Int64(140 + index)))
        gpu.identity.pdi = gpu.identity.pdi.filled(Signal(Int64(bitPattern: random.next())))
        gpu.identity.uptimeSeconds = gpu.identity.uptimeSeconds.filled(Signal(Int64(clamping: system.uptimeSeconds)))
        if gpu.firmware.gspEnabled.value?.start == 1, let version = system.driverVersion.value {
            gpu.firmware.gspVersion = gpu.firmware.gspVersion.filled(version)
        }
        for position in gpu.mig.devices.indices where gpu.mig.devices[position].uuid == nil {
            gpu.mig.devices[position].uuid = Text("MIG-" + random.uuid())
        }
        return gpu
    }
}

extension SimulatedReading {
    /// The reading, or a value where nothing was said.
    fileprivate func filled(_ value: Value) -> SimulatedReading {
        if case .absent = self { .value(value) } else { self }
    }
}

/// A small generator of numbers that look random and are the same for the same seed.
struct SplitMix {
    private var state: UInt64

    init(seed: String) {
        // FNV-1a.
        state = seed.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    mutating func uuid() -> String {
        let digits = hex(next(), 16) + hex(next(), 16)
        var parts: [Substring] = []
        var rest = digits[...]
        for length in [8, 4, 4, 4, 12] {
            parts.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return parts.joined(separator: "-")
    }
}
