internal import Snapshots

/// A program's mistake or a GPU's fault? The same Xid at the same time on several GPUs is one job's; the same Xid on one GPU
/// under different programs, or on one texture cluster again and again, is that GPU's.
extension FaultJudge {
    /// Ranks of one job fail within this time of each other, as far as their program's name shows that they are of one.
    private static let jobMicroseconds: Int64 = 10_000_000
    /// The same where no name is known.
    private static let namelessMicroseconds: Int64 = 1_000_000

    mutating func judgeApplication(_ index: Int) {
        let together = gpusOfJob(index)
        if together > 1 {
            groups[index].cause = .application
            groups[index].why = .oneJob(gpus: together)
        } else if isSameUnit(index) {
            suspect(index, .sameUnit)
        } else if let count = differentPrograms(index) {
            suspect(index, .differentPrograms(count))
        } else if let runs = runsOfOneProgram(index) {
            groups[index].lookNext =
                "One program failed in \(runs) runs on this GPU and on no other: run it on another one; if it works there, run "
                + "field diagnostics on this one. \(groups[index].lookNext)"
        }
    }

    private mutating func suspect(_ index: Int, _ why: ActionReason) {
        groups[index].severity = max(groups[index].severity, .warning)
        groups[index].cause = .hardware
        groups[index].action = .fieldDiagnostics
        groups[index].why = why
    }

    private func isComparable(_ other: Int, _ index: Int) -> Bool {
        bursts[other].code == bursts[index].code && !bursts[other].isInjected && links.roots[other] == nil
    }

    /// GPUs with this fault at the same time under the same program's name.
    private func gpusOfJob(_ index: Int) -> Int {
        let burst = bursts[index]
        let names = Set(burst.processes.compactMap(\.name))
        var gpus: Set<BusID> = []
        for other in links.sameCode(index) where isComparable(other, index) {
            guard let apart = burst.first.microseconds(since: bursts[other].first),
                apart.magnitude <= Self.jobMicroseconds,
                let busID = bursts[other].busID
            else { continue }
            let theirs = Set(bursts[other].processes.compactMap(\.name))
            let isNameless = (names.isEmpty || theirs.isEmpty) && apart.magnitude <= Self.namelessMicroseconds
            if isNameless || !names.isDisjoint(with: theirs) { gpus.insert(busID) }
        }
        return gpus.count
    }

    /// Bursts of this fault on this GPU in the 24 hours up to this one.
    private func onThisGPU(_ index: Int) -> [Int] {
        links.samePlace(index).filter { other in
            guard isComparable(other, index), bursts[index].busID != nil,
                let since = bursts[index].first.microseconds(since: bursts[other].first)
            else { return false }
            return (0...Self.returnMicroseconds).contains(since)
        }
    }

    /// Each run trapped on one texture cluster only, and on the same one; its multiprocessors share what can be broken.
    private func isSameUnit(_ index: Int) -> Bool {
        let runs = onThisGPU(index).map { other in
            Set(bursts[other].details.compactMap(\.textureCluster))
        }.filter { !$0.isEmpty }
        guard runs.count > 1, runs.allSatisfy({ $0.count == 1 }) else { return false }
        return Set(runs).count == 1 && differentPids(index)
    }

    private func differentPids(_ index: Int) -> Bool {
        Set(onThisGPU(index).flatMap { bursts[$0].processes.flatMap(\.pids) }).count > 1
    }

    /// The number of programs, if more than one failed on this GPU and none of them elsewhere.
    private func differentPrograms(_ index: Int) -> Int? {
        let programs = programs(index)
        return programs.count > 1 && !haveFailedElsewhere(programs, index) ? programs.count : nil
    }

    /// The number of bursts of Xid 31 on this GPU only, in which different processes of one name failed. NVSentinel asks for a
    /// diagnostic run then; but a program that is started again after each of its mistakes looks the same, so no GPU is accused.
    private func runsOfOneProgram(_ index: Int) -> Int? {
        let programs = programs(index)
        guard bursts[index].code == .xid(31), programs.count == 1, differentPids(index),
            !haveFailedElsewhere(programs, index)
        else { return nil }
        return onThisGPU(index).reduce(0) { $0 + bursts[$1].bursts }
    }

    /// The programs that failed on this GPU, in more bursts than one.
    private func programs(_ index: Int) -> [Program] {
        let here = onThisGPU(index)
        guard here.count > 1 else { return [] }
        var programs: [Program] = []
        for process in here.flatMap({ bursts[$0].processes }) {
            guard let name = process.name else { continue }
            var program = Program(names: [name], pids: Set(process.pids))
            programs.removeAll { known in
                guard program.isSame(as: known) else { return false }
                program.names.formUnion(known.names)
                program.pids.formUnion(known.pids)
                return true
            }
            programs.append(program)
        }
        return programs
    }

    private func haveFailedElsewhere(_ programs: [Program], _ index: Int) -> Bool {
        let names = programs.reduce(into: Set<String>()) { $0.formUnion($1.names) }
        return links.sameCode(index).contains { other in
            isComparable(other, index) && bursts[other].busID != bursts[index].busID
                && bursts[other].processes.contains { $0.name.map(names.contains) ?? false }
        }
    }
}

/// A program by all that it was called: each thread has a name of its own, but the process has one id.
private struct Program {
    var names: Set<String>
    var pids: Set<UInt32>

    func isSame(as other: Program) -> Bool {
        !names.isDisjoint(with: other.names) || !pids.isDisjoint(with: other.pids)
    }
}

extension XidDetail {
    /// Graphics and texture cluster that trapped.
    fileprivate var textureCluster: [UInt32]? {
        guard case .multiprocessor(let gpc, let tpc, _) = self else { return nil }
        return [gpc, tpc]
    }
}
