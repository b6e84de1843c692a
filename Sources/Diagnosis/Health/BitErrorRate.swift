/// NVML's packed bit error rate: mantissa in bits 8 to 11, exponent in bits 0 to 7.
package struct BitErrorRate: Comparable, CustomStringConvertible {
    /// 1 to 15.
    package let mantissa: UInt64
    /// Of ten, below the line.
    package let exponent: UInt64

    /// Nil where no error was seen (exponent 255, mantissa 0).
    package init?(_ packed: UInt64) {
        mantissa = packed >> 8 & 0xf
        exponent = packed & 0xff
        guard exponent < 255, mantissa > 0 else { return nil }
    }

    /// Whether it is above 10^-limit. The mantissa goes up to 15.
    package func isAbove(exponent limit: Int64) -> Bool {
        switch Int64(exponent) - limit {
        case ..<0: true
        case 0: mantissa > 1
        case 1: mantissa > 10
        default: false
        }
    }

    package var description: String { "\(mantissa)e-\(exponent)" }

    private var value: Double { (0..<exponent).reduce(Double(mantissa)) { value, _ in value / 10 } }

    package static func < (left: BitErrorRate, right: BitErrorRate) -> Bool { left.value < right.value }
}
