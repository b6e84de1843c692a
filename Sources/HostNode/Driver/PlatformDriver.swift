/// A GPU driver that is not NVIDIA's kernel module for PCI devices: it has no /proc/driver/nvidia, no /dev/nvidia*, and its
/// GPUs are on no PCI bus.
package enum PlatformDriver: String, Sendable, CaseIterable {
    /// Windows' driver, seen from a Linux inside of WSL.
    case wsl = "/dev/dxg"
    /// The driver of Tegra, which is part of the kernel.
    case tegra = "/dev/nvmap"

    /// Its device node.
    package var path: String { rawValue }

    /// Its name for people.
    package var name: String {
        switch self {
        case .wsl: "WSL"
        case .tegra: "Tegra"
        }
    }

    /// The one that this node has in place of NVIDIA's module; nil where that is loaded, or neither is.
    package init?(_ files: any HostFiles) {
        guard !files.exists(DriverFiles.versionFile), let found = Self.allCases.first(where: { files.exists($0.path) })
        else { return nil }
        self = found
    }
}
