extension HostTree {
    /// /proc/driver/nvidia, /sys/module/nvidia, /proc/modules and the device nodes.
    mutating func addDriver() {
        guard let version = scenario.system.moduleVersion else {
            add("proc/modules", "ext4 1200128 2 - Live 0x0000000000000000\n")
            return
        }
        addVersion(version)
        for gpu in scenario.gpus { addInformation(gpu, version) }
        for excluded in scenario.system.excludedGPUs { addExcluded(excluded) }
        addNodes()
    }

    private mutating func addVersion(_ version: String) {
        let system = scenario.system
        let kind =
            system.openModule ? "Open Kernel Module for \(system.architecture)" : "\(system.architecture) Kernel Module"
        let build = "Release Build  (dvs-builder@U22-I3-AM02-26-4)  Tue Sep 23 09:55:41 UTC 2025"
        add(
            "proc/driver/nvidia/version",
            "NVRM version: NVIDIA UNIX \(kind)  \(version)  \(build)\n"
                + "GCC version:  gcc version 13.3.0 (Ubuntu 13.3.0-6ubuntu2~24.04)\n")
        add("sys/module/nvidia/version", version + "\n")
        add("sys/module/nvidia/refcnt", "\(24 + scenario.gpus.reduce(0) { $0 + $1.processes.count })\n")
        add("sys/module/nvidia/taint", "OE\n")
        add(
            "proc/modules",
            "nvidia_uvm 2076672 4 - Live 0x0000000000000000 (OE)\n"
                + "nvidia_drm 143360 0 - Live 0x0000000000000000 (OE)\n"
                + "nvidia_modeset 1720320 1 nvidia_drm, Live 0x0000000000000000 (OE)\n"
                + "nvidia 11522048 52 nvidia_uvm,nvidia_modeset, Live 0x0000000000000000 (OE)\n"
                + "ext4 1200128 2 - Live 0x0000000000000000\n")
    }

    private mutating func addInformation(_ gpu: GPU, _ version: String) {
        let firmware = gpu.firmware.gspEnabled.value?.start == 1 ? version : "N/A"
        add(
            "proc/driver/nvidia/gpus/\(gpu.pci.busID.sysfsName)/information",
            """
            Model: \t\t \(gpu.identity.name.value?.string ?? "Unknown")
            IRQ:   \t\t \(gpu.identity.irq.value?.start ?? 0)
            GPU UUID: \t \(gpu.identity.uuid.value?.string ?? "GPU-????????-????-????-????-????????????")
            Video BIOS: \t \(gpu.firmware.vbiosVersion.value?.string ?? "??.??.??.??.??")
            Bus Type: \t PCIe
            DMA Size: \t 52 bits
            DMA Mask: \t 0xfffffffffffff
            Bus Location: \t \(gpu.pci.busID.sysfsName)
            Device Minor: \t \(gpu.identity.minorNumber.value?.start ?? 0)
            GPU Firmware: \t \(firmware)
            GPU Excluded:\t No

            """)
    }

    private mutating func addExcluded(_ gpu: ExcludedGPU) {
        add(
            "proc/driver/nvidia/gpus/\(gpu.pci.busID.sysfsName)/information",
            "GPU UUID: \t \(gpu.uuid)\nBus Location: \t \(gpu.pci.busID.sysfsName)\nGPU Excluded:\t Yes\n")
    }

    private mutating func addNodes() {
        add("dev/nvidiactl", .characterDevice(major: 195, minor: 255))
        add("dev/nvidia-modeset", .characterDevice(major: 195, minor: 254))
        add("dev/nvidia-uvm", .characterDevice(major: 510, minor: 0))
        add("dev/nvidia-uvm-tools", .characterDevice(major: 510, minor: 1))
        for gpu in scenario.gpus {
            let minor = UInt32(truncatingIfNeeded: gpu.identity.minorNumber.value?.start ?? 0)
            add("dev/nvidia\(minor)", .characterDevice(major: 195, minor: minor))
        }
        for index in scenario.nvswitches.indices {
            add("dev/nvidia-nvswitch\(index)", .characterDevice(major: 234, minor: UInt32(index)))
        }
        if !scenario.nvswitches.isEmpty { add("dev/nvidia-nvswitchctl", .characterDevice(major: 234, minor: 255)) }
    }
}
