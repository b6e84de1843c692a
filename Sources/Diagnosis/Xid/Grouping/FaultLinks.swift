internal import Snapshots

/// Finds which burst follows from which, and which happened together.
///
/// One fault prints many lines: 13, then 43, then 45 on every channel; 48, 63, 94; 119, then 154; one GPU off the bus and link
/// errors on all its peers.
struct FaultLinks {
    /// A follower can be logged a little before its cause.
    static let slack: Int64 = 15_000_000
    static let companionLimit = 16

    /// What comes in the wake of a hardware fault on the same GPU. Not 64: a row or page that could not be retired stays a fault
    /// when the error that led to it is forgotten.
    private static let consequences: [UInt32: Set<UInt32>] = [
        48: [63, 94, 95, 140, 171, 172], 62: [119, 120], 74: [155], 95: [63, 94, 171, 172],
        119: [120, 158, 175],
        120: [119], 140: [63, 94, 95],
    ]
    /// Link errors of other GPUs, which talked to a broken one.
    static let linkErrors: Set<UInt32> = [74, 108, 137, 144, 145, 146, 147, 148, 149, 150, 155]
    /// What is left of a job on other GPUs when one of its GPUs broke.
    private static let cleanUps: Set<UInt32> = [43, 45]
    /// A GPU that is lost, or whose firmware stopped, takes its links with it; one whose memory fails does not.
    private static let brokenGPUs: Set<UInt32> = [79, 119, 120]
    private static let peerRoots: Set<UInt32> = brokenGPUs.union([48, 62, 95, 140])
    private static let hardwareRoots: Set<UInt32> = [
        46, 48, 62, 64, 74, 79, 95, 109, 119, 120, 136, 140, 143, 144, 145, 146, 147, 148, 149, 150, 155, 158, 167, 169,
        173,
    ]

    let bursts: [FaultBurst]
    let entries: [XidEntry?]
    private(set) var roots: [Int?]
    private(set) var companions: [[Int]]
    private let byPlace: [BusID?: [Int]]
    private let byCode: [FaultCode: [Int]]
    /// What can be behind faults of other GPUs: fatal switch errors and the gravest faults of GPUs.
    private let peerCauses: [Int]
    private let ends: FaultEnds
    /// GPUs of which NVML says that all their links are up.
    private let linksUp: Set<BusID>

    /// `bursts` must be in order of time; `entries` has the catalogue's row for each that is an Xid.
    init(_ bursts: [FaultBurst], _ entries: [XidEntry?], _ ends: FaultEnds, linksUp: Set<BusID> = []) {
        self.ends = ends
        self.linksUp = linksUp
        self.bursts = bursts
        self.entries = entries
        roots = Array(repeating: nil, count: bursts.count)
        companions = Array(repeating: [], count: bursts.count)
        byPlace = Dictionary(grouping: bursts.indices) { bursts[$0].busID }
        byCode = Dictionary(grouping: bursts.indices) { bursts[$0].code }
        peerCauses = bursts.indices.filter { index in
            switch bursts[index].code {
            case .sxid: bursts[index].rating == .fatal
            case .xid(let number): Self.peerRoots.contains(number)
            default: false
            }
        }
        let direct = bursts.indices.map { root(of: $0) }
        for index in bursts.indices {
            roots[index] = Self.ultimate(index, direct)
            companions[index] = companions(of: index)
        }
    }

    /// The bursts of the same device, this one too, in order.
    func samePlace(_ index: Int) -> [Int] { byPlace[bursts[index].busID] ?? [] }

    /// The bursts of the same code on any device, this one too, in order.
    func sameCode(_ index: Int) -> [Int] { byCode[bursts[index].code] ?? [] }

    /// Follows the chain to its end; a circle ends where it began.
    private static func ultimate(_ index: Int, _ direct: [Int?]) -> Int? {
        var seen: Set<Int> = [index]
        var end: Int?
        var next = direct[index]
        while let place = next, seen.insert(place).inserted {
            end = place
            next = direct[place]
        }
        return next == index ? nil : end
    }

    private func root(of index: Int) -> Int? {
        let burst = bursts[index]
        guard !burst.isInjected else { return nil }
        switch burst.code {
        case .xid(let number): return root(ofXid: number, index)
        case .driver(.gspTrace): return nearest(index, anyGPU: burst.busID == nil) { [119, 120].contains($0) }
        case .driver(.resetRequired):
            return lost(index) ?? nearest(index, anyGPU: burst.busID == nil, where: Self.hardwareRoots.contains)
        case .driver(.assertion), .driver(.initializationFailed):
            return lost(index) ?? nearest(index, anyGPU: burst.busID == nil) { [79, 119, 120].contains($0) }
        case .driver, .sxid, .pcie: return nil
        }
    }

    private func root(ofXid number: UInt32, _ index: Int) -> Int? {
        let isFollower = entries[index]?.rule == .follower
        let named = bursts[index].digest.causes
        if let root = nearest(index, where: { named.contains($0) }) { return root }
        if isFollower || number == 154 {
            return nearest(index, where: Self.hardwareRoots.contains) ?? nearest(index, where: isCause)
                ?? (number == 154 ? nil : peerRoot(of: number, index))
        }
        if number != 79, let lost = nearest(index, slack: 0, where: { $0 == 79 }) { return lost }
        if let cause = nearest(index, where: { Self.consequences[$0]?.contains(number) ?? false }),
            precedes(cause, index)
        {
            return cause
        }
        let origin = entries[index]?.origin
        if origin == .application || entries[index]?.action == .restartApp, !Self.hardwareRoots.contains(number),
            number != 94
        {
            if let cause = nearest(index, slack: 2_000_000, where: Self.hardwareRoots.contains) { return cause }
        }
        return peerRoot(of: number, index)
    }

    /// The loss of the same GPU earlier in this boot, however long ago: a lost GPU does not come back by itself.
    private func lost(_ index: Int) -> Int? {
        guard bursts[index].busID != nil else { return nil }
        return samePlace(index).last {
            $0 < index && bursts[$0].code == .xid(79) && bursts[$0].boot == bursts[index].boot && !bursts[$0].isInjected
        }
    }

    /// Of two that can cause each other (119 and 120) the earlier one does.
    private func precedes(_ cause: Int, _ index: Int) -> Bool {
        guard let number = bursts[index].code.xid, let other = bursts[cause].code.xid,
            Self.consequences[number]?.contains(other) ?? false
        else { return true }
        return cause < index
    }

    private func isCause(_ number: UInt32) -> Bool { number != 154 && number != 43 && number != 45 && number != 174 }

    /// A switch's fatal error or another GPU's fault behind a link error or a clean-up on this GPU.
    private func peerRoot(of number: UInt32, _ index: Int) -> Int? {
        let isLinkError = Self.linkErrors.contains(number)
        guard isLinkError || Self.cleanUps.contains(number) else { return nil }
        let root = closest(index, slack: Self.slack, among: peerCauses) { other in
            // A GPU's lines may go on for hours, but what it does to others it does at once; a switch has many ports.
            let start = bursts[other].code.xid == nil ? bursts[other].last : bursts[other].first
            guard bursts[index].first.microseconds(since: start) ?? 0 <= Self.slack else { return false }
            guard let cause = bursts[other].code.xid else { return true }
            return bursts[other].busID != bursts[index].busID && (!isLinkError || Self.brokenGPUs.contains(cause))
        }
        return root ?? (isLinkError && areLinksUp(index) ? laterLoss(index) : nil)
    }

    /// Whether NVML finds all links of the burst's GPU in order now.
    func areLinksUp(_ index: Int) -> Bool { bursts[index].busID.map(linksUp.contains) ?? false }

    /// How long a GPU that breaks can disturb its peers before the driver tells of its loss, in microseconds.
    private static let lossMicroseconds: Int64 = 60_000_000

    /// The loss of another GPU soon after a link error whose own GPU has its links up.
    private func laterLoss(_ index: Int) -> Int? {
        closest(index, slack: Self.lossMicroseconds, among: peerCauses) { other in
            bursts[other].code.xid.map(Self.brokenGPUs.contains) ?? false && bursts[other].busID != bursts[index].busID
                && bursts[index].first.microseconds(since: bursts[other].first) ?? 0 <= 0
        }
    }

    /// Whether a link error tells which GPU is behind the port of the switch that failed.
    func namesPort(_ index: Int) -> Bool {
        guard let root = roots[index], case .sxid = bursts[root].code else { return false }
        return bursts[index].code.xid.map(Self.linkErrors.contains) ?? false
    }

    /// The closest burst on the same GPU, unless `anyGPU`, whose number fits.
    private func nearest(_ index: Int, anyGPU: Bool = false, slack: Int64 = slack, where fits: (UInt32) -> Bool) -> Int?
    {
        let candidates = anyGPU ? Array(bursts.indices) : samePlace(index)
        return closest(index, slack: slack, among: candidates) { bursts[$0].code.xid.map(fits) ?? false }
    }

    /// The closest burst in time that fits: begun at most `slack` later, ended at most one burst's length before.
    private func closest(_ index: Int, slack: Int64, among candidates: [Int], where fits: (Int) -> Bool) -> Int? {
        let burst = bursts[index]
        var best: (index: Int, distance: Int64)?
        for other in candidates
        where other != index && !bursts[other].isInjected && bursts[other].boot == burst.boot {
            // Without clocks only the order tells what came first.
            let since = burst.first.microseconds(since: bursts[other].first) ?? (other < index ? 0 : .min)
            let after = burst.first.microseconds(since: bursts[other].last) ?? 0
            guard since >= -slack, after <= KernelFaultAnalysis.burstMicroseconds,
                !ends.lie(between: bursts[other], burst),
                fits(other)
            else { continue }
            let distance = since < 0 ? Self.slack - since : max(0, after)
            if best.map({ distance <= $0.distance }) ?? true { best = (other, distance) }
        }
        return best?.index
    }

    /// The same code elsewhere at the same time, or the PCIe errors of a device that is lost.
    private func companions(of index: Int) -> [Int] {
        let burst = bursts[index]
        guard !burst.isInjected else { return [] }
        let elsewhere = sameCode(index).filter { bursts[$0].busID != burst.busID && isTogether($0, index) }
        let ofBus =
            burst.busID == nil
            ? []
            : samePlace(index).filter { other in
                isBus(burst.code) != isBus(bursts[other].code)
                    && (burst.code == .xid(79) || bursts[other].code == .xid(79)) && isTogether(other, index)
            }
        return Array((elsewhere + ofBus).sorted().prefix(Self.companionLimit))
    }

    private func isTogether(_ other: Int, _ index: Int) -> Bool {
        guard other != index, !bursts[other].isInjected, bursts[other].boot == bursts[index].boot,
            let apart = bursts[index].first.microseconds(since: bursts[other].first)
        else { return false }
        return apart.magnitude <= Self.slack
    }

    private func isBus(_ code: FaultCode) -> Bool {
        if case .pcie = code { true } else { false }
    }
}
