internal import HostNode
internal import JSON

/// What of a file's content is kept: of files that can hold secrets, only what the agent needs of them.
enum FileRedaction {
    static func redacted(_ path: String, _ bytes: [UInt8], hidingUsers: Bool) -> [UInt8] {
        if containerStates.contains(where: path.hasSuffix) { return containerNames(bytes) }
        if path.hasSuffix("/kubelet_internal_checkpoint") { return checkpoint(bytes) }
        if path.hasSuffix("/pod-resources/kubelet.sock") { return bytes }
        if path.hasSuffix("/cmdline") { return commandLine(bytes) }
        if programFolders.contains(where: path.hasPrefix) { return [] }
        switch path {
        case "/etc/passwd": return lines(bytes) { user($0, isHidden: hidingUsers) }
        case "/proc/stat": return lines(bytes) { $0.hasPrefix("cpu ") || $0.hasPrefix("btime ") ? $0 : nil }
        default: return bytes
        }
    }

    /// In which the runtimes keep the state of a container.
    private static let containerStates = ["/config.json", "/config.v2.json"]
    /// What programs keep here is theirs: only that it is there matters, but for the files that are named above.
    private static let programFolders = ["/var/", "/run/"]

    /// Of a container's state the names of its pod alone, where they stand: its environment is in there, too.
    private static func containerNames(_ bytes: [UInt8]) -> [UInt8] {
        guard let root = try? JSONParser.parse(bytes) else { return [] }
        var kept = JSONObject()
        for way in ContainerState.nameHolders {
            guard let first = way.first, let names = podNames(in: way.reduce(root) { $0?[$1] }) else { continue }
            kept.append(first, way.dropFirst().reversed().reduce(names) { .object(JSONObject([($1, $0)])) })
        }
        return kept.isEmpty ? [] : kept.encoded()
    }

    private static func podNames(in holder: JSONValue?) -> JSONValue? {
        let known = (holder?.objectValue ?? JSONObject()).filter { member in
            ContainerState.nameKeys.contains(member.key) && (member.value.stringValue?.utf8.count ?? .max) <= 256
        }
        return known.isEmpty ? nil : .object(JSONObject(known.map { ($0.key, $0.value) }))
    }

    /// Without what the device plugin told the kubelet to put into containers.
    private static func checkpoint(_ bytes: [UInt8]) -> [UInt8] {
        guard var root = (try? JSONParser.parse(bytes))?.objectValue, var data = root["Data"]?.objectValue,
            let entries = data["PodDeviceEntries"]?.arrayValue
        else { return [] }
        data["PodDeviceEntries"] = .array(
            entries.map { entry in
                guard var entry = entry.objectValue else { return entry }
                entry["AllocResp"] = .string("")
                return .object(entry)
            })
        root["Data"] = .object(data)
        return root.encoded()
    }

    /// Name and number of a user, nothing of the person.
    private static func user(_ line: Substring, isHidden: Bool) -> Substring? {
        let fields = line.split(separator: ":", omittingEmptySubsequences: false)
        guard fields.count >= 4 else { return nil }
        let name = isHidden && fields[2] != "0" ? "user\(fields[2])" : fields[0]
        return "\(name):x:\(fields[2]):\(fields[3]):::"
    }

    /// The program without its arguments, in the form of /proc/<pid>/cmdline.
    private static func commandLine(_ bytes: [UInt8]) -> [UInt8] {
        StartedProgram.text(bytes).split(separator: " ").flatMap { Array($0.utf8) + [0] }
    }

    private static func lines(_ bytes: [UInt8], _ keep: (Substring) -> Substring?) -> [UInt8] {
        let text = String(decoding: bytes, as: UTF8.self)
        return Array(text.split(separator: "\n").compactMap(keep).map { $0 + "\n" }.joined().utf8)
    }
}
