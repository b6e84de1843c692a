#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A number that stands still, swings between two values, or grows.
package struct Signal: Sendable, Equatable {
    /// How the number moves.
    package enum Motion: Sendable, Equatable {
        case still
        /// Down and up between the start and `to` in one period, as a cosine.
        case wave(to: Int64, period: Double)
        /// A counter: this much is added each second.
        case growth(perSecond: Double)
    }

    package let start: Int64
    package let motion: Motion

    package init(_ start: Int64, _ motion: Motion = .still) {
        self.start = start
        self.motion = motion
    }

    /// Whether the value depends on the time.
    package var moves: Bool { motion != .still }

    /// The value at a time in seconds of the machine's clock.
    package func value(at seconds: Double) -> Int64 {
        switch motion {
        case .still: start
        case .wave(let to, let period): wave(to: to, part: (1 - cos(2 * .pi * seconds / period)) / 2)
        case .growth(let perSecond): start &+ Int64(clamping: perSecond * seconds)
        }
    }

    /// So much of the way to `to`, exact where both numbers are of ordinary size.
    private func wave(to: Int64, part: Double) -> Int64 {
        let way = ((Double(to) - Double(start)) * part).rounded()
        if let step = Int64(exactly: way) {
            let (value, overflow) = start.addingReportingOverflow(step)
            if !overflow { return value }
        }
        return Int64(clamping: Double(start) + way)
    }
}

extension Int64 {
    /// The nearest integer that fits; 0 for what is no number.
    init(clamping number: Double) {
        self = Int64(exactly: number.rounded(.down)) ?? (number > 0 ? .max : number < 0 ? .min : 0)
    }
}
