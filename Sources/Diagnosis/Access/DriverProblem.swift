package import Snapshots

extension NodeSnapshot {
    /// What kept NVML from being opened or, if it was opened, from telling its GPUs; nil if nothing did, or nobody asked.
    package var driverProblem: AccessProblem? {
        guard let problem = driver.state.problem(kernelModule: host?.kernelModuleVersion) else {
            return driver.countProblem
        }
        guard [.libraryNotFound, .driverNotLoaded].contains(driver.state.outcome), host?.pciGPUs.value == [] else {
            return problem
        }
        return AccessProblem(
            kind: problem.kind, message: problem.message + " There is no NVIDIA GPU on the PCI bus either.",
            remedy: "Choose a node with NVIDIA GPUs. If this one should have some: " + problem.remedy,
            blocksDriver: true)
    }
}

extension DriverSnapshot {
    /// Whether NVML was asked for its GPUs and did not even say how many it has: then none can be called missing.
    package var failedToCount: Unavailable? {
        guard state.outcome == .ready, let reason = gpuCount.reason, reason != .notRead else { return nil }
        return reason
    }

    fileprivate var countProblem: AccessProblem? {
        failedToCount.map { reason in
            AccessProblem(
                kind: "gpu_count_failed",
                message: "NVML is open, but does not report how many GPUs it has (\(reason.word)).",
                remedy:
                    "Ask again; if it persists, look in the kernel log for NVRM lines and an Xid, and compare with nvidia-smi.",
                blocksDriver: true)
        }
    }
}

extension NVMLState {
    /// NVML could not be opened or initialised: as a problem with its remedy; nil if it could, or nobody asked.
    ///
    /// - Parameter kernelModule: version of the loaded kernel module by /proc, if that was read.
    package func problem(kernelModule: Reading<String>?) -> AccessProblem? {
        guard let words = words(kernelModule: kernelModule) else { return nil }
        return AccessProblem(kind: words.kind, message: words.message, remedy: words.remedy, blocksDriver: true)
    }

    private typealias Words = (kind: String, message: String, remedy: String)

    private func words(kernelModule: Reading<String>?) -> Words? {
        switch outcome {
        case .notAsked, .ready: nil
        case .libraryNotFound, .libraryUnusable: libraryWords(loaded: kernelModule?.value)
        case .driverNotLoaded, .versionMismatch, .noGPU, .initializationFailed:
            moduleWords(loaded: kernelModule?.value)
        case .rootNotEntered, .noPermission: rightsWords
        }
    }

    private func libraryWords(loaded: String?) -> Words {
        if outcome == .libraryUnusable {
            return (
                "library_unusable", "\(libraryPath) cannot be used: \(detail).",
                "Use the library that came with the node's driver: --nvml-library PATH; `k8s-mcp-agent doctor` lists those found."
            )
        }
        guard libraryPath.isEmpty else {
            return (
                "library_not_found", "NVIDIA's library cannot be used: \(detail).",
                "Name libnvidia-ml.so.1 or the folder that it lies in as the agent sees it (below /host in a pod), or name none "
                    + "and let the agent look for it."
            )
        }
        return (
            "library_not_found", "No usable libnvidia-ml.so.1 was found\(detail.isEmpty ? "" : ": \(detail)").",
            loaded.map {
                "Driver \($0) is loaded, so its library must be on the node: name it with --nvml-library."
            }
                ?? "Install the NVIDIA driver or wait for its driver pod; if it lies in an unusual place, name it with "
                + "--nvml-library. `k8s-mcp-agent doctor` lists what was tried."
        )
    }

    private func moduleWords(loaded: String?) -> Words {
        switch outcome {
        case .driverNotLoaded:
            return (
                "driver_not_loaded",
                "The NVIDIA kernel module is not loaded (\(code == 0 ? "no /proc/driver/nvidia/version" : "NVML code \(code)")).",
                "Check `modprobe nvidia` and the kernel log (build, signature or nouveau conflicts); with the GPU Operator, "
                    + "check the driver pod on this node. If the module is loaded, /dev/nvidiactl is missing or not reachable."
            )
        case .versionMismatch:
            let versions = loaded.map { "kernel module \($0), library \(libraryPath)" } ?? "library \(libraryPath)"
            return (
                "driver_version_mismatch",
                "NVIDIA's library and kernel module are of different versions (NVML code 18): \(versions).",
                "The driver was upgraded under a running kernel module: running jobs may go on, new ones fail. Drain the node, "
                    + "then reload the module or reboot."
            )
        case .noGPU:
            return (
                "no_gpu", "The NVIDIA driver is loaded but knows no GPU.",
                "Compare with the PCI bus (lspci -d 10de:): GPUs that are there but not known failed to initialise; see the "
                    + "kernel log for RmInitAdapter."
            )
        default:
            return (
                "nvml_initialization_failed", "NVML could not be initialised (code \(code)).",
                "Look in the kernel log for NVRM lines; a code of 999 often means a GPU that failed to initialise. Reboot if it persists."
            )
        }
    }

    private var rightsWords: Words {
        guard outcome == .rootNotEntered else {
            return (
                "no_permission", "The agent may not open the NVIDIA device nodes (NVML code 4).",
                "Run the agent's pod privileged (kubectl debug: --profile=sysadmin) or give it the devices."
            )
        }
        return (
            "driver_root_not_entered",
            "The driver lies below \(driverRoot), and entering that root (chroot) was refused (errno \(code)).",
            "Run the agent's pod privileged or with CAP_SYS_CHROOT (kubectl debug: --profile=sysadmin)."
        )
    }
}
