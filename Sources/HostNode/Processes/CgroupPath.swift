import Snapshots

/// One cgroup path, taken apart by the naming habits of kubelet, container runtimes, Slurm and systemd.
struct CgroupPath {
    private let names: [String]

    init(_ path: some Collection<UInt8>) {
        names = path.split(separator: UInt8(ascii: "/")).prefix(64).map { String(decoding: $0, as: UTF8.self) }
    }

    var owner: HostProcessOwner {
        if let reference = podReference() { return .pod(reference) }
        if let job = slurmJob() { return job }
        for name in names {
            if let reference = Self.container(in: name) { return .container(reference) }
        }
        return session() ?? service() ?? .unknown
    }

    /// The first pod in the path and the first container at or below it: what is nested inside a container is part of it, and
    /// what stands above the pod is the node when the node is itself a container.
    private func podReference() -> HostContainerReference? {
        guard let index = names.firstIndex(where: { Self.podUID(in: $0) != nil }),
            let uid = Self.podUID(in: names[index]),
            names[...index].contains(where: { $0.contains("kubepods") || $0 == ".." })
        else { return nil }
        let found = names[index...].lazy.compactMap { Self.container(in: $0) }.first
        var reference = found ?? HostContainerReference()
        reference.podUID = uid
        return reference
    }

    /// `pod<uid>` in a name, with dashes, with the underscores that systemd wants for them, or a static pod's 32 digits.
    private static func podUID(in name: String) -> String? {
        let bytes = Array(name.utf8)
        let key = Array("pod".utf8)
        for start in bytes.indices.dropLast(key.count) where bytes[start...].starts(with: key) {
            if let uid = uid(bytes[(start + key.count)...]) { return uid }
        }
        return nil
    }

    /// The uid at the beginning of these bytes, which must not go on with more digits.
    private static func uid(_ bytes: ArraySlice<UInt8>) -> String? {
        let digits = bytes.prefix { isHexadecimal($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
        if digits.count == 32, digits.allSatisfy(isHexadecimal) { return String(decoding: digits, as: UTF8.self) }
        guard digits.count == 36 else { return nil }
        let isUUID = digits.enumerated().allSatisfy { offset, byte in
            [8, 13, 18, 23].contains(offset) ? !isHexadecimal(byte) : isHexadecimal(byte)
        }
        guard isUUID else { return nil }
        return String(decoding: digits.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 }, as: UTF8.self)
    }

    /// A container id in a name: `<id>`, `cri-containerd-<id>.scope`, `...:cri-containerd:<id>` and the like.
    private static func container(in name: String) -> HostContainerReference? {
        let bytes = Array(name.utf8)
        guard let id = containerID(bytes) else { return nil }
        let prefix = String(decoding: bytes[..<id.lowerBound], as: UTF8.self)
        return HostContainerReference(
            containerID: String(decoding: bytes[id], as: UTF8.self), runtime: runtime(prefix),
            isMonitor: prefix.contains("conmon"))
    }

    private static func runtime(_ prefix: String) -> HostContainerReference.Runtime? {
        let names: [(String, HostContainerReference.Runtime)] = [
            ("containerd", .containerd), ("nerdctl", .containerd), ("crio", .crio), ("docker", .docker),
            ("libpod", .podman),
        ]
        return names.first { prefix.contains($0.0) }?.1
    }

    /// Exactly 64 hexadecimal digits in a row.
    private static func containerID(_ bytes: [UInt8]) -> Range<Int>? {
        var start = 0
        while start < bytes.count {
            let length = bytes[start...].prefix(while: isHexadecimal).count
            if length == 64 { return start..<(start + 64) }
            start += length + 1
        }
        return nil
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        Text.isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}

extension CgroupPath {
    /// `/slurm/uid_1000/job_42/step_0`, or `slurmstepd.scope/job_42/step_0` with systemd.
    private func slurmJob() -> HostProcessOwner? {
        guard names.contains(where: { $0.hasPrefix("slurm") || $0.contains("_slurmstepd") }),
            let job = names.first(where: { $0.hasPrefix("job_") })?.dropFirst(4)
        else { return nil }
        let step = names.first { $0.hasPrefix("step_") }?.dropFirst(5)
        return .slurmJob(id: Text.clean(job.utf8, limit: 64), step: step.map { Text.clean($0.utf8, limit: 64) })
    }

    /// `user.slice/user-1000.slice/session-3.scope`
    private func session() -> HostProcessOwner? {
        for name in names where name.hasPrefix("user-") && name.hasSuffix(".slice") {
            if let uid = UInt32(name.dropFirst(5).dropLast(6)) { return .userSession(uid: uid) }
        }
        return nil
    }

    private func service() -> HostProcessOwner? {
        names.last { $0.hasSuffix(".service") }.map { .service(Text.clean($0.utf8, limit: 128)) }
    }
}
