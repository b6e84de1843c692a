internal import Spelling

/// Finds what somebody probably meant to type.
enum NearestMatch {
    /// The candidate that is the fewest edits away, if that is near enough to be meant.
    static func of(_ typed: String, in candidates: some Sequence<String>) -> String? {
        let wanted = folded(typed)
        guard !wanted.isEmpty, wanted.count <= 64 else { return nil }
        var best: (candidate: String, distance: Int)?
        for candidate in candidates {
            let distance = EditDistance.between(wanted, folded(candidate))
            if distance < best?.distance ?? Int.max { best = (candidate, distance) }
        }
        if let best, best.distance <= max(2, wanted.count / 3) { return best.candidate }
        guard wanted.count >= 3 else { return nil }
        return candidates.first { folded($0).starts(with: wanted) }
    }

    /// The bytes without what people spell differently: case, `-`, `_` and spaces.
    static func folded(_ text: String) -> [UInt8] {
        text.utf8.prefix(256).compactMap { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
            case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: " "): nil
            default: byte
            }
        }
    }
}
