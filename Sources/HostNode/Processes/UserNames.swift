/// The node's user names, from its /etc/passwd; users of a directory service are not in it.
package struct UserNames: Sendable {
    private let names: [UInt32: String]

    package init(_ files: any HostFiles) {
        var names: [UInt32: String] = [:]
        for line in Text.lines((try? files.read("/etc/passwd", limit: 1 << 20)) ?? []) {
            let fields = line.split(separator: UInt8(ascii: ":"), maxSplits: 3, omittingEmptySubsequences: false)
            guard fields.count == 4, let uid: UInt32 = Text.decimal(fields[2]), names[uid] == nil else { continue }
            names[uid] = Text.clean(fields[0], limit: 64)
        }
        self.names = names
    }

    /// Nil for a user who has no line there.
    package subscript(uid: UInt32) -> String? { names[uid] }
}
