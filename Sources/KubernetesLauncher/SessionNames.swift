/// The names by which sessions of one person on one node find the same Job.
///
/// The name of the Job is a function of what was asked for, so that the API server itself decides which of several
/// sessions that start at once makes the Job: all others are told that it exists, and join.
package struct SessionNames: Sendable, Equatable {
    /// What tells this person's sessions of this kind on this node from all others, 12 hexadecimal digits.
    package let key: String
    private let node: String

    /// The names for one set of options.
    package init(_ options: LaunchOptions) {
        let parts: [String] = [
            options.node.description, options.requester, options.image, options.mode, "\(options.deadline)",
            "\(options.grace)",
        ]
        let hash = Self.hash(parts.joined(separator: "\n"))
        let digits = String(hash, radix: 16)
        key = String((String(repeating: "0", count: 16 - digits.count) + digits).suffix(12))
        node = options.node.description
    }

    /// The Job's name; `generation` counts up while an earlier Job of the same name is still on its way out.
    ///
    /// At most 55 bytes, since the pod's label `job-name` takes no more than 63.
    package func job(generation: Int) -> String {
        var place = node.prefix(24).map { $0 == "." ? "-" : $0 }
        while place.last == "-" { place.removeLast() }
        let base = "k8s-mcp-agent-\(String(place))-\(key)"
        return generation == 0 ? base : "\(base)-\(generation)"
    }

    /// What tells one Job from all others, also from a later one of the same name: 16 hexadecimal digits, chosen at random.
    package static func newInstance() -> String {
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// FNV-1a over the text's bytes: spreads well, needs no library; nothing here has to withstand forgery.
    private static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}
