/// NVML's packed bit error rate: mantissa in bits 8 to 11, exponent in bits 0 to 7.
struct BitErrorRate: Comparable, CustomStringConvertible {
    let mantissa: UInt64
    let exponent: UInt64

    /// Nil where no error was seen (exponent 255, mantissa 0).
    init?(_ packed: UInt64) {
        mantissa = packed >> 8 & 0xf
        exponent = packed & 0xff
        guard exponent < 255, mantissa > 0 else { return nil }
    }

    /// Whether it is above 10^-limit. The mantissa goes up to 15.
    func isAbove(exponent limit: Int64) -> Bool {
        switch Int64(exponent) - limit {
        case ..<0: true
        case 0: mantissa > 1
        case 1: mantissa > 10
        default: false
        }
    }

    var description: String { "\(mantissa)e-\(exponent)" }

    private var value: Double { (0..<exponent).reduce(Double(mantissa)) { value, _ in value / 10 } }

    static func < (left: BitErrorRate, right: BitErrorRate) -> Bool { left.value < right.value }
}
