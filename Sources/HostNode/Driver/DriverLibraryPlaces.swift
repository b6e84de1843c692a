/// The directories in which node systems keep the driver's libraries, below a root.
enum DriverLibraryPlaces {
    static func paths(on machine: ELFMachine) -> [String] {
        directories(on: machine).map { "/\($0)/\(DriverLibrarySearch.soname)" }
    }

    private static func directories(on machine: ELFMachine) -> [String] {
        let debian = machine == .arm64 ? "aarch64-linux-gnu" : "x86_64-linux-gnu"
        let plain = machine == .arm64 ? "aarch64" : "x86_64"
        return [
            // RHEL, Rocky, Amazon Linux, Azure Linux, SLES; then Debian, Ubuntu; then the installer's fallback.
            "usr/lib64", "usr/lib/\(debian)", "lib64", "lib/\(debian)", "usr/lib",
            // Debian's alternatives and Jetson.
            "usr/lib/\(debian)/nvidia/current", "usr/lib/\(debian)/nvidia", "usr/lib/\(debian)/tegra",
            // GKE Container-Optimized OS: on the node, then in pods.
            "home/kubernetes/bin/nvidia/lib64", "usr/local/nvidia/lib64",
            // Bottlerocket.
            "usr/lib/nvidia/tesla", "\(plain)-bottlerocket-linux-gnu/sys-root/usr/lib/nvidia/tesla",
            // Talos, newer and older.
            "usr/local/glibc/usr/lib", "usr/local/glibc/lib", "usr/local/lib",
            // Flatcar.
            "opt/nvidia/lib64", "opt/nvidia/lib", "opt/nvidia/current/usr/lib64", "opt/nvidia",
            // Bright Cluster Manager, NixOS, WSL.
            "cm/local/apps/cuda/libs/current/lib64", "run/opengl-driver/lib", "usr/lib/wsl/lib",
        ]
    }
}
