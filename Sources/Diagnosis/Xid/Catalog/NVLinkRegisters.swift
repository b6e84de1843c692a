/// What the seven registers of an Xid 74 line say about the link, bit by bit.
///
/// Facts: NVIDIA's Xid catalogue, workflow `WORKFLOW_NVLINK_ERR`, as the design notes of NVSentinel pass it on. They are valid
/// for Hopper, whose first, third, fourth and fifth register count; other GPUs print registers of other meanings.
package enum NVLinkRegisters {
    /// The reading of a bit, the gravest first.
    package enum Meaning: Int, Sendable, Hashable, CaseIterable, Comparable {
        case eccOrParity
        case mechanical
        case signal
        case diagnosticsIfRepeated
        case supportIfRepeated
        case unexpected
        case secondary
        case eccThreshold
        case harmless

        package static func < (left: Meaning, right: Meaning) -> Bool { left.rawValue < right.rawValue }

        /// One clause, with what to do.
        package var text: String {
            switch self {
            case .eccOrParity: "ECC or parity error, likely hardware: support if the same link does it more than twice"
            case .mechanical: "possibly hardware: check the link's connections, reseat, then run diagnostics"
            case .signal: "marginal signal: after any other error's remedy check the connections, run field diagnostics"
            case .diagnosticsIfRepeated: "if it comes again, run field diagnostics"
            case .supportIfRepeated: "if it comes again, ask support"
            case .unexpected: "a bit that NVIDIA does not expect: ask support"
            case .secondary: "follows from another error: look for that one"
            case .eccThreshold: "many corrected ECC errors, none uncorrected: work may go on"
            case .harmless: "may be ignored"
            }
        }
    }

    private struct Row {
        let register: Int
        let bits: [UInt32]
        let meaning: Meaning
    }

    private static let rows = [
        Row(register: 0, bits: [0, 23, 30], meaning: .harmless), Row(register: 0, bits: [1, 20], meaning: .secondary),
        Row(register: 0, bits: [4, 5], meaning: .eccOrParity),
        Row(register: 0, bits: [8, 9, 12, 16, 17, 24, 28], meaning: .mechanical),
        Row(register: 0, bits: [21, 22], meaning: .signal),
        Row(register: 0, bits: [27, 29], meaning: .supportIfRepeated),
        Row(register: 2, bits: [0, 1, 2, 6], meaning: .eccOrParity), Row(register: 2, bits: [13], meaning: .unexpected),
        Row(register: 2, bits: [16, 19], meaning: .diagnosticsIfRepeated),
        Row(register: 2, bits: [17, 18], meaning: .supportIfRepeated),
        Row(register: 3, bits: [16, 17, 18], meaning: .secondary),
        Row(register: 4, bits: [18, 19, 21, 22, 24, 25, 27, 28], meaning: .eccOrParity),
        Row(register: 4, bits: [20, 23, 26, 29], meaning: .eccThreshold),
    ]

    /// What the set bits mean, each meaning once, the gravest first. Empty where no valid register has a bit.
    package static func meanings(_ registers: [UInt32]) -> [Meaning] {
        var found: Set<Meaning> = []
        for register in [0, 2, 3, 4] where registers.indices.contains(register) {
            for bit in UInt32(0)..<32 where registers[register] >> bit & 1 == 1 {
                let row = rows.first { $0.register == register && $0.bits.contains(bit) }
                found.insert(row?.meaning ?? .unexpected)
            }
        }
        return found.sorted()
    }
}
