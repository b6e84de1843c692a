/// What nvidia-smi's exit code and words say of a reset (nvidia-smi manual, "Return value" and "GPU reset").
enum DriverToolVerdict {
    private struct Meaning {
        let state: ResetFailure.State
        let kind: String
        let reason: String
        let remedy: String

        init(_ state: ResetFailure.State, _ kind: String, _ reason: String, _ remedy: String) {
            self.state = state
            self.kind = kind
            self.reason = reason
            self.remedy = remedy
        }
    }

    /// Nil when both say that it was done. The words go first: the commonest refusal has no code of its own.
    static func failure(code: Int32, output: String) -> ResetFailure? {
        let text = output.lowercased()
        let known = words.first { text.contains($0.words) }?.meaning
        guard let meaning = known ?? (code == 0 ? nil : codes[code] ?? other) else { return nil }
        return ResetFailure(
            meaning.state, meaning.kind,
            "\(meaning.reason) (nvidia-smi, exit code \(code))\(DriverToolRun.quoted(output))", remedy: meaning.remedy)
    }

    private static let inUse = Meaning(
        .untouched, "in_use", "another client has the GPU open",
        "list_gpu_processes names the clients; stop them, also monitoring agents and nvidia-persistenced, and plan again"
    )

    private static let words: [(words: String, meaning: Meaning)] = [
        ("in use by another client", inUse),
        ("currently being used by one or more other processes", inUse),
        ("driver/library version mismatch", versions),
        (
            "is the primary gpu",
            Meaning(
                .untouched, "primary_gpu", "the GPU drives the console", "use another GPU for the console, or reboot")
        ),
        (
            "could not be reset",
            Meaning(.uncertain, "not_reset", "the driver did not reset the GPU", rebootAdvice)
        ),
        (
            "not supported",
            Meaning(
                .untouched, "not_supported", "the driver cannot reset this GPU on this platform",
                "reboot the node; in a virtual machine the hypervisor has to let the reset through")
        ),
    ]

    private static let versions = Meaning(
        .untouched, "version_mismatch", "nvidia-smi and the loaded kernel module are of different versions",
        "reload the driver or reboot the node, as after an upgrade")

    private static let rebootAdvice = "check the GPU with diagnose_gpu_node; if it is still bad, reboot the node"

    private static let other = Meaning(.uncertain, "tool_failed", "nvidia-smi failed", rebootAdvice)

    private static let codes: [Int32: Meaning] = [
        2: Meaning(
            .untouched, "bad_argument", "this nvidia-smi does not know what it was asked for",
            "the driver may be too old for this kind of reset: use method driver, or reboot the node"),
        3: Meaning(
            .untouched, "not_supported", "the driver cannot reset this GPU on this platform",
            "reboot the node; in a virtual machine the hypervisor has to let the reset through"),
        4: Meaning(
            .untouched, "no_permission", "the right to reset a GPU is missing",
            "run the agent as root in a privileged pod"),
        6: Meaning(
            .untouched, "not_found", "nvidia-smi does not find the GPU",
            "the driver no longer lists it: reboot the node, or use method bus"),
        8: Meaning(
            .uncertain, "power", "the GPU has not enough external power", "check its power cables and supplies"),
        9: Meaning(
            .untouched, "driver_not_loaded", "the kernel module is not loaded",
            "load the driver; describe_gpu_node shows what is there"),
        10: Meaning(
            .uncertain, "interrupts", "the GPU's interrupts do not arrive",
            "reboot the node; if it persists, check the BIOS and the IOMMU's settings"),
        12: Meaning(
            .untouched, "library_not_found", "a library of the driver is missing", "repair the driver's installation"),
        13: Meaning(
            .untouched, "symbol_missing", "nvidia-smi and the driver's library are of different versions",
            "repair the driver's installation, or reboot after an upgrade"),
        18: versions,
        14: Meaning(
            .uncertain, "inforom", "the GPU's InfoROM is damaged",
            "reset it once more or reboot; if it persists, the board has to be replaced"),
        15: Meaning(
            .needsReboot, "gpu_lost", "the GPU fell off the bus",
            "reboot the node; if it persists, cut its power for a minute"),
    ]
}
