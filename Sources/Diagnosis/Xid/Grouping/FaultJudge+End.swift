internal import Snapshots

/// What ended a fault although the driver said nothing about it: the driver was started anew, or NVML reads the GPU.
extension FaultJudge {
    /// A row or page that could not be retired stays a fault of the GPU's memory.
    private static let memoryThatStaysBad: Set<UInt32> = [64]
    /// After these a GPU that NVML finds in order has been reset, or one of the two is wrong: losses, crashes of firmware,
    /// errors that were not contained, and the Xids of the catalogue whose remedy is a reset or a power cycle.
    private static let lossesAndCrashes: Set<UInt32> = [62, 79, 95, 119, 120, 140, 143, 158, 167, 169, 173, 175]

    /// - Returns: true when the group is history now.
    mutating func judgeEnd(_ index: Int) -> Bool {
        guard bursts[index].boot == newestBoot else { return false }
        if isEndedByLoad(index) {
            end(index, .loadedAgain)
        } else if isEndedByAnswer(index) {
            end(index, .answering)
        } else if isProbeOfOthers(index) {
            (groups[index].severity, groups[index].action) = (.info, .none)
            return false
        } else {
            return false
        }
        return true
    }

    private mutating func end(_ index: Int, _ why: ActionReason) {
        groups[index].isRecovered = true
        groups[index].severity = .info
        groups[index].action = .none
        groups[index].why = why
    }

    private func isEndedByLoad(_ index: Int) -> Bool {
        guard let loaded = context.loaded, !bursts[index].last.follows(loaded) else { return false }
        switch bursts[index].code {
        case .driver(let kind):
            return [.initializationFailed, .versionMismatch, .probeFailed, .damagedXid, .resetRequired].contains(kind)
        case .xid(let number):
            return isResetByLoad(index) && !Self.memoryThatStaysBad.contains(number)
        // It starts the switches anew as well.
        case .sxid: return true
        case .pcie: return false
        }
    }

    /// The start of a driver resets its GPUs, and no program outlives its end. It brings no GPU back onto the bus, nor does it
    /// do what needs a reboot.
    private func isResetByLoad(_ index: Int) -> Bool {
        guard let busID = bursts[index].busID, judgements[index].faultClass != .bus,
            // What the same part of a GPU does under one program after the other, it does after a start as well.
            groups[index].action != .fieldDiagnostics,
            [.resetGPU, .restartApp].contains(judgements[index].action) || judgements[index].followsRecovery
        else { return false }
        return recovery.current(busID).map { $0.level == .none } ?? true
    }

    /// NVML reads what the line says cannot be used.
    private func isEndedByAnswer(_ index: Int) -> Bool {
        switch bursts[index].code {
        case .driver(.initializationFailed): bursts[index].busID.map(context.answering.contains) ?? context.isComplete
        case .driver(.versionMismatch): context.isReady
        case .driver(.probeFailed): context.isComplete
        case .pcie: isLinkBack(index)
        default: false
        }
    }

    /// A link that was lost came back since, on the GPU or the port above it, and NVML reads each GPU behind that port.
    private func isLinkBack(_ index: Int) -> Bool {
        guard let place = bursts[index].busID, judgements[index].action == .rebootNode else { return false }
        let port = context.ports[place] ?? place
        let gpus = context.ports.filter { $0.value == port }.map(\.key)
        let isBack = ([port] + gpus).contains { device in
            context.linksBack[device].map { !bursts[index].last.follows($0) } ?? false
        }
        return isBack && !gpus.isEmpty && gpus.allSatisfy(context.answering.contains)
    }

    /// The driver was not asked about GPUs that another driver has.
    private func isProbeOfOthers(_ index: Int) -> Bool {
        guard case .driver(.probeFailed(let devices?, isCalled: false)) = bursts[index].sample else { return false }
        let others = bursts.filter { $0.code == .driver(.boundElsewhere) && $0.boot == newestBoot && !$0.isInjected }
        return Set(others.compactMap(\.busID)).count >= Int(devices)
    }

    /// NVML alone says that nothing is needed after a fault that nothing but a reset, a reboot or a new board ends.
    func isDisputed(_ index: Int, _ source: RecoverySource) -> Bool {
        guard source == .nvml else { return false }
        let root = links.roots[index]
        let family = links.samePlace(index).filter { member in
            member == index || links.roots[member] == index || (root != nil && links.roots[member] == root)
        }
        return family.contains { member in
            guard let xid = bursts[member].code.xid else { return false }
            // No reset of a GPU takes back that the node has to be rebooted.
            return Self.lossesAndCrashes.contains(xid) || Self.memoryThatStaysBad.contains(xid)
                || bursts[member].digest.asksForRecovery || bursts[member].recovery?.action == .rebootNode
        }
    }
}
