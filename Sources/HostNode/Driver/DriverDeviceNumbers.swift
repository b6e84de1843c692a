/// The numbers of the driver's character devices, from /proc/devices: by them a device node is known whatever it is called,
/// as by `docker run --device /dev/nvidia0:/dev/gpu0`.
package struct DriverDeviceNumbers: Sendable {
    /// The driver's part by its major number.
    private var parts: [UInt32: String] = [:]

    /// NVIDIA's own number in the kernel's list of devices, and minors of it that are no GPUs (kernel-open/common/inc/nv.h).
    private static let gpuMajor: UInt32 = 195
    private static let control: UInt32 = 255
    private static let modeset: UInt32 = 254

    /// - Parameter text: /proc/devices; of its lines `195 nvidia` those before `Block devices:` count.
    package init(_ text: [UInt8]) {
        for line in Text.lines(text) {
            let words = Text.words(line)
            if words.first == "Block" { break }
            guard words.count == 2, let major = UInt32(words[0]), words[1].hasPrefix("nvidia") else { continue }
            parts[major] = words[1]
        }
        parts[Self.gpuMajor] = "nvidia"
    }

    init(_ files: any HostFiles) {
        self.init((try? files.read("/proc/devices")) ?? [])
    }

    /// Whether a character device of that number is one of the driver's.
    package func includes(major: UInt32) -> Bool { parts[major] != nil }

    /// What the node of these numbers is called below /dev; nil for one that is not the driver's.
    func name(major: UInt32, minor: UInt32) -> String? {
        guard let part = parts[major] else { return nil }
        switch (part, minor) {
        case ("nvidia", _) where major == Self.gpuMajor && minor == Self.control: return "nvidiactl"
        case ("nvidia", _) where major == Self.gpuMajor && minor == Self.modeset: return "nvidia-modeset"
        case ("nvidia", _): return "nvidia\(minor)"
        case ("nvidia-caps", _): return "nvidia-caps/nvidia-cap\(minor)"
        case ("nvidia-uvm", 0): return part
        case ("nvidia-uvm", 1): return "nvidia-uvm-tools"
        default: return "\(part)\(minor)"
        }
    }
}
