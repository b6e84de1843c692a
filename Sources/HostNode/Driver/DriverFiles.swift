package import Snapshots

/// What the loaded kernel modules tell through /proc and /sys, without NVML.
package struct DriverFiles: Sendable {
    private let files: any HostFiles

    package init(_ files: any HostFiles) {
        self.files = files
    }

    /// The loaded NVIDIA module; not supported where none is loaded.
    package func driver() -> Reading<HostDriver> {
        files.reading(Self.versionFile, HostDriver.init(versionFile:))
    }

    /// The GPUs that the module found, by bus id; those it could not initialise are among them.
    package func gpus() -> Reading<[HostGPU]> {
        do throws(HostFileError) {
            return .value(try files.list(Self.gpuFolder).compactMap(gpu).sorted { $0.busID < $1.busID })
        } catch {
            return .unavailable(Unavailable(error))
        }
    }

    static let versionFile = "/proc/driver/nvidia/version"
    static let gpuFolder = "/proc/driver/nvidia/gpus"

    /// What the module says of the GPU behind a name in its folder; nil if the name is no address.
    func gpu(_ name: String) -> HostGPU? {
        BusID(name).map { busID in
            HostGPU(busID: busID, information: (try? files.read("\(Self.gpuFolder)/\(name)/information")) ?? [])
        }
    }

    /// The names of the loaded modules that matter to GPUs, in the order of /proc/modules.
    package func modules() -> Reading<[String]> {
        files.reading("/proc/modules", limit: 1 << 20) { bytes in
            Text.lines(bytes).compactMap(Self.module).filter(Self.relevant.contains)
        }
    }

    /// The name in a line of /proc/modules: `nvidia_uvm 2355200 4 - Live 0xffffffffc1a2e000 (POE)`.
    private static func module(_ line: [UInt8]) -> String? {
        let words = Text.words(line)
        return words.count >= 5 ? words[0] : nil
    }

    private static let relevant: Set<String> = [
        "nvidia", "nvidia_uvm", "nvidia_modeset", "nvidia_drm", "nvidia_peermem", "nvidia_fs", "nv_peer_mem", "gdrdrv",
        "nvidia_vgpu_vfio", "nvidia_cspmu", "nvswitch", "nouveau", "nova_core", "vfio_pci",
    ]
}

extension HostDriver {
    /// Reads /proc/driver/nvidia/version; nil if it names no version.
    ///
    /// Two shapes are in use: `NVIDIA UNIX x86_64 Kernel Module  535.129.03  Thu Oct ...` and
    /// `NVIDIA UNIX Open Kernel Module for x86_64  570.86.15  Release Build ...`.
    package init?(versionFile bytes: [UInt8]) {
        let pairs = Text.lines(bytes).lazy.compactMap { Text.pair($0, separator: UInt8(ascii: ":")) }
        guard let line = pairs.first(where: { $0.key == "NVRM version" })?.value,
            let version = Text.words(line.utf8).first(where: DriverVersion.isVersion)
        else { return nil }
        self.init(version: version, isOpen: line.contains("Open Kernel Module"))
    }
}

/// Driver versions as NVIDIA writes them: `570.133.20`, `535.54.3`, rarely two numbers only.
enum DriverVersion {
    static func isVersion(_ word: some StringProtocol) -> Bool {
        let parts = word.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return (2...4).contains(parts.count)
            && parts.allSatisfy { (1...6).contains($0.count) && $0.allSatisfy(Text.isDigit) }
    }
}

extension HostGPU {
    /// Reads the `information` file of one GPU; what is missing there or made of question marks is nil.
    package init(busID: BusID, information bytes: [UInt8]) {
        self.init(busID: busID)
        for line in Text.lines(bytes) {
            guard let (key, value) = Text.pair(line, separator: UInt8(ascii: ":")) else { continue }
            set(key, Self.isKnown(value) ? value : nil)
        }
    }

    private mutating func set(_ key: String, _ value: String?) {
        switch key {
        case "Model": model = value
        case "GPU UUID": uuid = value
        case "Device Minor": minorNumber = value.flatMap { UInt32($0) }
        case "GPU Excluded": isExcluded = value.flatMap { ["Yes": true, "No": false][$0] }
        default: break
        }
    }

    private static func isKnown(_ value: String) -> Bool {
        !value.isEmpty && !value.contains("??") && value != "N/A" && value != "Unknown"
    }
}
