package import Snapshots

extension GPUSnapshot {
    /// NVML lists this GPU but does not let it be opened: as a problem with its remedy.
    package var accessProblem: AccessProblem? {
        guard let refusal else { return nil }
        let words = refusal.gpuProblem
        return AccessProblem(
            kind: words.kind, gpu: index, busID: busID.value, message: "GPU \(index)\(place) \(words.message)",
            remedy: words.remedy)
    }

    private var place: String { busID.value.map { " (\($0))" } ?? "" }
}

extension Unavailable {
    fileprivate var gpuProblem: (kind: String, message: String, remedy: String) {
        switch self {
        case .gpuLost:
            (
                "gpu_lost", "is lost: it fell off the bus or became inaccessible (NVML code 15).",
                "Drain the node and reboot it; if it happens again, reseat or replace the GPU. Look for Xid 79 in the kernel log."
            )
        case .resetRequired:
            (
                "gpu_reset_required", "needs a reset before anything else (NVML code 16).",
                "End every process that uses it, then reset the GPU."
            )
        case .noPermission:
            (
                "gpu_no_permission", "may not be opened by the agent (NVML code 4).",
                "Run the agent's pod privileged (kubectl debug: --profile=sysadmin)."
            )
        case .timedOut:
            (
                "gpu_not_answered", "was not read: the driver stopped answering before or while it was asked.",
                "See the driver's problem first; then ask for this GPU alone."
            )
        case .notSupported, .notRead, .unusable:
            ("gpu_not_read", "was not read.", "Ask again; if it persists, run `k8s-mcp-agent doctor`.")
        case .error(let code): Self.problem(code: code)
        }
    }

    /// The codes of nvml.h that opening a GPU answers beside the ones with a name of their own.
    private static func problem(code: Int32) -> (kind: String, message: String, remedy: String) {
        switch code {
        case 8:
            (
                "gpu_insufficient_power", "has too little external power (NVML code 8).",
                "Check its power cables and the power supply."
            )
        case 11:
            (
                "gpu_interrupt_problem", "cannot deliver interrupts (NVML code 11).",
                "Check BIOS, ACPI and IOMMU settings, then reboot."
            )
        case 14:
            (
                "gpu_inforom_corrupted", "has a corrupted InfoROM (NVML code 14).",
                "Reset the GPU once; if it persists, contact support."
            )
        default:
            (
                "gpu_error", "cannot be opened (NVML code \(code)).",
                "Look in the kernel log for RmInitAdapter or an Xid of this GPU; drain the node and reboot if it persists."
            )
        }
    }
}
