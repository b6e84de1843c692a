internal import Snapshots

/// What the agent may do and what the node has.
extension ResetRules {
    static func rights(_ facts: ResetFacts) -> ResetPrecondition {
        guard !facts.node.isRoot else { return .holds("rights", "the agent runs as root") }
        return .danger(
            "rights", "the agent does not run as root",
            remedy: "run it as root in a privileged pod with the node's /dev, /proc and /sys")
    }

    static func platform(_ facts: ResetFacts) -> ResetPrecondition? {
        guard facts.node.isWSL else { return nil }
        return .danger(
            "platform", "this is the Windows Subsystem for Linux, whose GPUs belong to Windows",
            remedy: "reset the GPU from Windows")
    }

    static func tool(_ facts: ResetFacts) -> ResetPrecondition? {
        guard facts.path != .kernel else { return nil }
        guard !facts.node.hasTool else { return .holds("nvidia_smi", "the node's own nvidia-smi was found") }
        return .danger(
            "nvidia_smi", "no nvidia-smi was found on this node",
            remedy: "install the driver's nvidia-smi; a driver container has it below /run/nvidia/driver")
    }

    static func identity(_ facts: ResetFacts) -> ResetPrecondition {
        guard facts.gpu.minor != nil else {
            return .danger(
                "identity", "the GPU's device node (minor number) is not known, so nobody can tell who has it open",
                remedy: "load the driver, or reboot the node", isUnknown: true)
        }
        guard facts.path == .kernel || facts.gpu.uuid != nil else {
            return .danger(
                "identity", "the GPU's UUID is not known, and indexes shift",
                remedy: "use method bus, or reboot the node",
                isUnknown: true)
        }
        return .holds("identity", facts.gpu.description)
    }

    static func driver(_ facts: ResetFacts) -> ResetPrecondition {
        if facts.driverAnswers, facts.path != .kernel, let trouble = facts.driverTrouble {
            return .policy(
                "driver", "the driver answers for this GPU but not for all of the node: \(trouble)",
                remedy:
                    "deal with the other GPU first: nvidia-smi asks all of them and would hang or fail as well; with force it "
                    + "is tried")
        }
        if facts.driverAnswers { return .holds("driver", "the driver answers for this GPU") }
        guard facts.path == .kernel else {
            return .danger(
                "driver", "the driver does not answer for this GPU, so it cannot reset it",
                remedy: "use method bus, which does without the driver, or reboot the node")
        }
        return .holds("driver", "the driver does not answer for this GPU: the kernel resets it")
    }

    static func presence(_ facts: ResetFacts) -> ResetPrecondition {
        switch (facts.slot.isAllOnes.value, facts.path) {
        case (false?, _): return .holds("presence", "the GPU answers on the bus")
        case (true?, .kernel):
            return .policy(
                "presence", "the GPU reads as all ones: it fell off the bus, and a reset brings few of these back",
                remedy: "reboot the node, or cut its power; with force the reset is tried all the same")
        case (true?, _):
            return .danger(
                "presence", "the GPU reads as all ones: it fell off the bus",
                remedy: "reboot the node; if it stays away, cut the node's power for a minute")
        case (nil, .kernel):
            return .danger(
                "presence",
                "the GPU's configuration space could not be read (\(facts.slot.isAllOnes.reason?.word ?? "?"))",
                remedy: "give the agent the node's /sys, wake the GPU where it sleeps (D3cold), or reboot the node",
                isUnknown: true)
        case (nil, _): return .note("presence", "not known, but the driver answers")
        }
    }

    static func ownership(_ facts: ResetFacts) -> ResetPrecondition {
        guard let driver = facts.slot.driver.value else {
            return .danger(
                "bound_driver",
                "which driver is bound to the GPU is not known (\(facts.slot.driver.reason?.word ?? "?"))",
                remedy: "give the agent the node's /sys", isUnknown: true)
        }
        switch driver {
        case "nvidia": return .holds("bound_driver", "nvidia is bound")
        case "" where facts.path == .kernel: return .holds("bound_driver", "no driver is bound")
        case "vfio-pci", "pci-stub":
            return .danger(
                "bound_driver", "\(driver) is bound: the GPU is passed through to a virtual machine",
                remedy: "stop the virtual machine; VFIO resets the GPU by itself when one starts or ends")
        default:
            return .danger(
                "bound_driver", driver.isEmpty ? "no driver is bound" : "\(driver) is bound and not nvidia",
                remedy:
                    "bind the GPU to nvidia first (echo its address > /sys/bus/pci/drivers_probe), or reboot the node")
        }
    }

    /// A reset ends the trust in the GPU; the others of the node go on.
    static func confidentialComputing(_ facts: ResetFacts) -> ResetPrecondition? {
        guard facts.confidentialComputing.value?.isOn == true else { return nil }
        return .note(
            "confidential_computing", "it is on: afterwards the GPU is not trusted and accepts no work",
            remedy: "attest the GPU after the reset and let it work (nvidia-smi conf-compute -srs 1)")
    }

    static func virtualization(_ facts: ResetFacts) -> ResetPrecondition? {
        if let count = facts.slot.virtualFunctions.value, count > 0 {
            return .danger(
                "virtual_functions", "\(count) virtual functions are switched on",
                remedy: "stop the virtual machines that use them, then sriov-manage -d \(facts.gpu.busID)")
        }
        switch facts.virtualization {
        case .value(0): return .holds("virtualization", "none")
        case .value(1):
            return .note(
                "virtualization", "passed through to this machine: the hypervisor has to let the reset through")
        case .value(2):
            return .danger(
                "virtualization", "this is a vGPU in a virtual machine, which cannot reset the board",
                remedy: "restart the virtual machine, or reset the GPU on its host")
        case .value(3): return .holds("virtualization", "vGPU host without virtual functions")
        case .value(let mode):
            return .danger(
                "virtualization", "virtualisation mode \(mode) cannot be reset safely", remedy: "reboot the node")
        case .unavailable(.notSupported): return .holds("virtualization", "none")
        case .unavailable where facts.path == .kernel:
            return .note("virtualization", "not known, since the driver does not answer")
        case .unavailable(let reason):
            return .danger(
                "virtualization", "the virtualisation mode could not be read (\(reason.word))",
                remedy: "try again; if it persists, reboot the node", isUnknown: true)
        }
    }
}
