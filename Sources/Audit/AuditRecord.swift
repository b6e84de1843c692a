internal import Digests
package import JSON

/// One line of an audit log.
///
/// The line is a JSON object whose last member is `sha256`, the digest of the line's bytes before `,"sha256"`; `previous` is
/// that of the record before it, which chains them: none can be changed or taken out without changing all that follow.
package struct AuditRecord: Sendable, Equatable {
    /// From 1, without gaps.
    package let sequence: UInt64
    /// 64 hexadecimal digits.
    package let digest: String
    package let previous: String
    /// Bytes between the record before and this one that are no whole record: a writer was killed, or the disk was full.
    package let tornBytes: Int
    package let members: JSONObject

    /// `previous` of the first record.
    package static let beginning = String(repeating: "0", count: 64)
    /// Longer lines are not ours.
    package static let lengthLimit = 256 << 10

    private static let mark = "{\"audit\":1,"
    private static let digestMark = Array(",\"sha256\":\"".utf8)

    /// Reads a line without its line feed; nil if it is not a whole record whose digest is right.
    package init?(line: some Collection<UInt8>) {
        let bytes = Array(line)
        let tail = Self.digestMark.count + 64 + 2
        guard bytes.count > tail, bytes.count <= Self.lengthLimit else { return nil }
        let body = Array(bytes[..<(bytes.count - tail)])
        guard bytes[body.count...].starts(with: Self.digestMark), let members = try? JSONParser.parse(bytes).objectValue
        else { return nil }
        digest = Self.hexadecimal(SHA256.hash(body))
        guard members["sha256"]?.stringValue == digest,
            let sequence = members["sequence"]?.intValue, sequence > 0,
            let previous = members["previous"]?.stringValue, previous.utf8.count == 64
        else { return nil }
        self.sequence = UInt64(sequence)
        self.previous = previous
        self.members = members
        tornBytes = Int(clamping: members["torn_bytes"]?.intValue ?? 0)
    }

    /// Whether these bytes can be the first ones of a log, cut off anywhere.
    static func isBeginning(of bytes: [UInt8]) -> Bool {
        let count = min(bytes.count, mark.utf8.count)
        return bytes.prefix(count).elementsEqual(mark.utf8.prefix(count))
    }

    /// The line of a record that follows another one, with its line feed.
    ///
    /// What tells how something ended must not be lost for its length: then it goes without its detail.
    static func line(
        _ event: AuditEvent, _ actor: AuditActor, _ origin: AuditOrigin, at time: String, after place: AuditPlace
    ) -> (bytes: [UInt8], digest: String) {
        let line = whole(event, actor, origin, at: time, after: place)
        guard line.bytes.count > lengthLimit + 1, event.kind == .result || event.kind == .refusal else { return line }
        var event = event
        event.detail = ["omitted_bytes": .int(Int64(line.bytes.count))]
        return whole(event, actor, origin, at: time, after: place)
    }

    private static func whole(
        _ event: AuditEvent, _ actor: AuditActor, _ origin: AuditOrigin, at time: String, after place: AuditPlace
    ) -> (bytes: [UInt8], digest: String) {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("audit", 1)
            writer.field("sequence", place.sequence + 1)
            writer.field("time", time)
            writer.write(event, actor, origin)
            if place.tornBytes > 0 { writer.field("torn_bytes", place.tornBytes) }
            writer.field("previous", place.digest)
        }
        let body = Array(writer.finish().dropLast())
        let digest = hexadecimal(SHA256.hash(body))
        return (body + digestMark + Array(digest.utf8) + Array("\"}\n".utf8), digest)
    }

    /// A line that nobody would take for a record must not get into a log: the chain would end there.
    static func requireLength(_ line: [UInt8]) throws(AuditError) {
        // The line feed is no part of it.
        guard line.count > lengthLimit + 1 else { return }
        throw AuditError(
            "An entry of \(line.count) bytes is too long for the audit log, which takes \(lengthLimit).",
            remedy: "Choose fewer GPUs or processes.")
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

/// Where a chain ends.
struct AuditPlace: Sendable, Equatable {
    var sequence: UInt64 = 0
    var digest = AuditRecord.beginning
    /// Bytes behind the last record, which are no whole record.
    var tornBytes = 0
    /// Whether the last line has no line feed yet.
    var isInLine = false
}

extension AuditRecord {
    package var kind: AuditEvent.Kind? { members["event"]?.stringValue.flatMap { AuditEvent.Kind(rawValue: $0) } }
    package var tool: String? { members["tool"]?.stringValue }
    package var planID: String? { members["plan_id"]?.stringValue }
    package var outcome: String? { members["outcome"]?.stringValue }
    package var step: String? { members["step"]?.stringValue }
    /// RFC 3339, UTC.
    package var time: String? { members["time"]?.stringValue }
    package var targets: [String] { members["targets"]?.arrayValue?.compactMap(\.stringValue) ?? [] }
    package var agentPID: Int32? { members["agent_pid"]?.intValue.flatMap { Int32(exactly: $0) } }
    package var agentStartTicks: UInt64? { members["agent_start_ticks"]?.intValue.map { UInt64(clamping: $0) } }
    package var detail: JSONObject { members["detail"]?.objectValue ?? [:] }
}

extension JSONWriter {
    fileprivate mutating func write(_ event: AuditEvent, _ actor: AuditActor, _ origin: AuditOrigin) {
        field("event", event.kind.rawValue)
        field("tool", event.tool)
        field("plan_id", event.planID)
        field("step", event.step)
        field("outcome", event.outcome)
        array("targets") { writer in for target in event.targets { writer.string(target) } }
        field("node", origin.node)
        field("mode", origin.mode)
        field("simulated", origin.isSimulated)
        field("client", actor.clientName)
        field("client_version", actor.clientVersion)
        field("channel", actor.channel)
        field("agent_pid", origin.agentPID)
        field("agent_start_ticks", origin.agentStartTicks)
        if !event.detail.isEmpty { field("detail", .object(event.detail)) }
    }
}
