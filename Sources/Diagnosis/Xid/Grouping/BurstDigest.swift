/// What all lines of a burst say together about its severity: lists that are shown are cut, this is not.
struct BurstDigest: Sendable {
    /// Different NVLink5 errors that are kept; NVIDIA's table has fewer than a hundred, of all Xids together.
    static let nvlink5Limit = 64
    /// Different causes that followers name.
    private static let causeLimit = 16

    /// A line said `RST: Yes`.
    private(set) var asksForReset = false
    /// A line said `D-RST: Yes`.
    private(set) var asksForDrain = false
    /// A line said that the GPU has to be reset, at once or when its work has ended.
    var asksForRecovery: Bool { asksForReset || asksForDrain }
    /// Of the registers of Xid 74.
    private(set) var registers: Set<NVLinkRegisters.Meaning> = []
    /// Without links, and of the first word only what NVIDIA's table looks at.
    private(set) var nvlink5: [NVLink5Line] = []
    /// The numbers behind `caused by previous Xid`.
    private(set) var causes: Set<UInt32> = []

    mutating func add(_ detail: XidDetail) {
        switch detail {
        case .containment(_, let reset, let drain, _): note(reset: reset, drain: drain)
        case .link(_, let words, _): registers.formUnion(NVLinkRegisters.meanings(words))
        case .nvlink5(let line): add(line)
        case .causedBy(let number): if causes.count < Self.causeLimit { causes.insert(number) }
        default: break
        }
    }

    mutating func absorb(_ later: BurstDigest) {
        note(reset: later.asksForReset, drain: later.asksForDrain)
        registers.formUnion(later.registers)
        for line in later.nvlink5 { add(line) }
        for cause in later.causes { add(.causedBy(xid: cause)) }
    }

    private mutating func note(reset: Bool, drain: Bool) {
        asksForReset = asksForReset || reset
        asksForDrain = asksForDrain || drain
    }

    private mutating func add(_ line: NVLink5Line) {
        let line = line.decodedPart
        guard !nvlink5.contains(line) else { return }
        if nvlink5.count < Self.nvlink5Limit {
            nvlink5.append(line)
        } else if line.isFatal, let mild = nvlink5.lastIndex(where: { !$0.isFatal }) {
            nvlink5[mild] = line
        }
    }
}

extension NVLink5Line {
    /// What the table tells lines apart by: the unit, the masked first word, the status; and the line's own word.
    fileprivate var decodedPart: NVLink5Line {
        var words = Array(words.prefix(2))
        if let first = words.first { words[0] = first & NVLink5Decoder.intrinfoMask }
        return NVLink5Line(unit: unit, isFatal: isFatal, link: nil, words: words)
    }
}
