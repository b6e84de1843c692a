/// The name of a Kubernetes node: a lower-case DNS subdomain of at most 253 bytes.
package struct TargetNode: Sendable, Hashable, CustomStringConvertible {
    /// The bare name, without `node/`.
    package let description: String

    /// Reads `NODE` or `node/NODE` (also `nodes/NODE`, `no/NODE`, as kubectl takes them).
    ///
    /// - Returns: nil for what cannot be the name of a node (RFC 1123 subdomain, as the API server checks).
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let name: Substring
        switch parts.count {
        case 1: name = parts[0]
        case 2 where ["node", "nodes", "no"].contains(parts[0]): name = parts[1]
        default: return nil
        }
        guard DNSName.isSubdomain(name) else { return nil }
        description = String(name)
    }
}

/// The rules for names in Kubernetes.
enum DNSName {
    /// Labels of `a-z0-9-` joined by dots, 253 bytes at most.
    static func isSubdomain(_ name: some StringProtocol) -> Bool {
        name.utf8.count <= 253
            && name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { isLabel($0, longest: 253) }
    }

    /// `a-z0-9-`, neither first nor last a hyphen.
    static func isLabel(_ name: some StringProtocol, longest: Int = 63) -> Bool {
        let bytes = Array(name.utf8)
        guard let first = bytes.first, let last = bytes.last, bytes.count <= longest else { return false }
        let hyphen = UInt8(ascii: "-")
        guard first != hyphen, last != hyphen else { return false }
        return bytes.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == hyphen
        }
    }
}
