internal import Snapshots

/// Who uses the GPU.
extension ResetRules {
    static func clients(_ facts: ResetFacts) -> ResetPrecondition {
        guard facts.looks.count >= 2 else {
            return .danger(
                "clients", "the clients were not looked at twice", remedy: "ask for a new plan", isUnknown: true)
        }
        let clients = blockingClients(facts)
        guard clients.isEmpty else { return used(by: clients) }
        if let gap = facts.looks.compactMap(\.hostGap).first {
            return .danger(
                "clients", "not all clients can be seen: \(gap)",
                remedy: "run the agent as root in the node's process id namespace (hostPID)", isUnknown: true)
        }
        if facts.path != .kernel, let gap = facts.looks.compactMap(\.driverGap).first {
            return .danger(
                "clients", "not all clients can be seen: \(gap)",
                remedy: "run the agent as root; if the driver does not answer, use method bus", isUnknown: true)
        }
        guard areApart(facts.looks) else {
            return .danger(
                "clients", "the two looks at the clients were not \(ResetFacts.secondsBetweenLooks) s apart",
                remedy: "ask for a new plan", isUnknown: true)
        }
        return .holds("clients", noClient(facts))
    }

    /// What was looked at, and what could not be.
    private static func noClient(_ facts: ResetFacts) -> String {
        let apart = "twice \(ResetFacts.secondsBetweenLooks) s apart"
        guard let gap = facts.looks.compactMap(\.driverGap).first else {
            return "no client in NVML's lists, open device nodes and memory maps, \(apart)"
        }
        return "no client in open device nodes and memory maps, \(apart); NVML's lists were not read: \(gap)"
    }

    /// By the wall clock, which may be set or slowed down in between; the pause itself is measured by a steady one.
    private static func areApart(_ looks: [ClientLook]) -> Bool {
        guard let first = looks.first, let last = looks.last else { return false }
        let tolerance: Int64 = 100_000
        return last.atMicroseconds - first.atMicroseconds + tolerance
            >= Int64(ResetFacts.secondsBetweenLooks) * 1_000_000
    }

    /// The clients of all looks, without the daemon that closes the GPU when persistence mode is turned off.
    package static func blockingClients(_ facts: ResetFacts) -> [GPUClient] {
        var seen: Set<Int32> = []
        let turnsOff = facts.persistence.value == true && facts.path != .kernel
        return facts.looks.flatMap(\.clients).filter { client in
            seen.insert(client.pid).inserted && !(turnsOff && client.isPersistenceDaemon)
        }
    }

    private static func used(by clients: [GPUClient]) -> ResetPrecondition {
        let names = clients.prefix(8).map(\.description).joined(separator: ", ")
        let more = clients.count > 8 ? " and \(clients.count - 8) more" : ""
        var remedies: [String] = []
        for client in clients {
            let remedy = client.monitoring.map { "\($0.title): \($0.remedy)" } ?? jobRemedy(client)
            if !remedies.contains(remedy) { remedies.append(remedy) }
        }
        return .danger(
            "clients", "the GPU is in use by \(names)\(more)", remedy: remedies.prefix(8).joined(separator: "; "))
    }

    private static func jobRemedy(_ client: GPUClient) -> String {
        if client.startTicks == nil, client.evidence.contains(.compute) {
            return "NVML lists a process that /proc does not have: it is stuck in the driver or in another namespace"
        }
        guard let owner = client.owner, owner.hasPrefix("pod ") else {
            return "end \(client.name) (pid \(client.pid)), for example with kill_gpu_process"
        }
        return "delete \(owner) after cordoning the node (a killed container would be restarted)"
    }

    static func persistence(_ facts: ResetFacts) -> ResetPrecondition? {
        guard facts.path != .kernel else {
            guard facts.persistence.value == true else { return nil }
            return .danger(
                "persistence_mode", "persistence mode is on, and the driver does not answer to turn it off",
                remedy: "systemctl stop nvidia-persistenced, then plan again")
        }
        switch facts.persistence {
        case .value(true): return .note("persistence_mode", "on; it is turned off before and on again afterwards")
        case .value(false): return .holds("persistence_mode", "off")
        case .unavailable(.notSupported): return .holds("persistence_mode", "not supported")
        case .unavailable(let reason):
            return .danger(
                "persistence_mode", "whether persistence mode is on could not be read (\(reason.word))",
                remedy: "turn it off with nvidia-smi -pm 0, or use method bus if the driver does not answer",
                isUnknown: true)
        }
    }

    static func mig(_ facts: ResetFacts) -> ResetPrecondition? {
        switch facts.migDevices {
        case .value(let devices) where !devices.isEmpty:
            return .policy(
                "mig",
                "MIG is on with \(devices.count) instances, which a reset destroys: \(devices.joined(separator: ", "))",
                remedy:
                    "save the layout and have MIG manager recreate it (label nvidia.com/mig.config); with force they are "
                    + "destroyed")
        case .value: return facts.migMode.value?.current == true ? .note("mig", "on, without instances") : nil
        case .unavailable(.notSupported): return nil
        case .unavailable where facts.path == .kernel:
            return .policy(
                "mig", "whether the GPU has MIG instances is not known, since the driver does not answer",
                remedy: "with force they are destroyed, if there are any", isUnknown: true)
        case .unavailable(let reason):
            return .policy(
                "mig", "the MIG layout could not be read (\(reason.word))",
                remedy: "try again; with force instances are destroyed, if there are any", isUnknown: true)
        }
    }

    static func otherJobs(_ facts: ResetFacts) -> ResetPrecondition {
        guard !facts.otherJobs.isEmpty else { return .holds("other_jobs", "nobody has another GPU of the node open") }
        let names = facts.otherJobs.prefix(6).map(\.description).joined(separator: ", ")
        let found = "\(facts.otherJobs.count) processes have other GPUs of the node open: \(names)"
        guard facts.path != .driverTool else { return .note("other_jobs", found) }
        return .policy(
            "other_jobs", found,
            remedy:
                "drain the node first: a bus reset that goes wrong can stop the whole node; with force they take that risk"
        )
    }
}
