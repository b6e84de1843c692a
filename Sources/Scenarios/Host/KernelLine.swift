/// One record of the kernel's log.
package struct KernelLine: ScenarioSection, Sendable {
    /// How long ago it was written, in seconds; nil for a time since boot.
    package var secondsAgo: Double?
    package var secondsAfterBoot = 0.0
    /// Priority: facility times eight, plus level.
    package var priority = 4
    package var flags = "-"
    /// The text, or what follows the Xid's number.
    package var message = ""
    package var xid: Int?
    /// The GPU that an Xid line is about, by index.
    package var gpu: Int?
    /// Lines after the record, such as `SUBSYSTEM=pci`.
    package var tags: [String] = []

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        secondsAgo = try reader.seconds("ago_s")
        secondsAfterBoot = try reader.seconds("at_s") ?? 0
        priority = try reader.integer("priority") ?? 4
        message = try reader.string("message") ?? ""
        xid = try reader.integer("xid")
        gpu = try reader.integer("gpu")
        flags = try reader.string("flags") ?? (message.hasPrefix("NVRM") || xid != nil ? "c" : "-")
        tags = try reader.strings("tags")
        if xid != nil && gpu == nil { throw ScenarioError("an Xid needs \"gpu\"", at: reader.path) }
    }

    /// Seconds after boot.
    func time(uptime: Double) -> Double { secondsAgo.map { max(0, uptime - $0) } ?? secondsAfterBoot }
}
