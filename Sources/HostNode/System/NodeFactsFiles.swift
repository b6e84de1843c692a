package import Snapshots

/// What a node is beside its GPUs.
package struct NodeFactsFiles: Sendable {
    private let files: any HostFiles

    package init(_ files: any HostFiles) { self.files = files }

    package func read() -> NodeFacts {
        var facts = NodeFacts()
        facts.hostname = text("/proc/sys/kernel/hostname")
        facts.operatingSystem = osRelease("PRETTY_NAME")
        facts.kernelRelease = text("/proc/sys/kernel/osrelease")
        facts.memoryTotalBytes = memory()
        facts.processorCount = files.reading("/sys/devices/system/cpu/online", Self.count)
        facts.bootedMicroseconds = BootTime.microseconds(files).map(Reading.value) ?? .unavailable(.notSupported)
        facts.cgroupVersion = cgroupVersion()
        facts.containerRuntimes = runtimes()
        facts.distribution = distribution()
        facts.operatorReady = operatorReady()
        facts.labels = labels()
        return facts
    }

    private func text(_ path: String) -> Reading<String> {
        files.reading(path) { bytes in
            let text = Text.clean(Text.trimmed(bytes[...]), limit: 253)
            return text.isEmpty ? nil : text
        }
    }

    private func osRelease(_ key: String) -> Reading<String> {
        files.reading("/etc/os-release", limit: 16 << 10) { bytes in
            let pairs = Text.lines(bytes).lazy.compactMap { Text.pair($0, separator: UInt8(ascii: "=")) }
            guard let value = pairs.first(where: { $0.key == key })?.value else { return nil }
            return value.hasPrefix("\"") && value.hasSuffix("\"") ? String(value.dropFirst().dropLast()) : value
        }
    }

    private func memory() -> Reading<UInt64> {
        files.reading("/proc/meminfo", limit: 16 << 10) { bytes in
            let words = Text.lines(bytes).first.map { Text.words($0) } ?? []
            guard words.count == 3, words[0] == "MemTotal:", words[2] == "kB" else { return nil }
            return UInt64(words[1]).flatMap { $0 < 1 << 53 ? $0 << 10 : nil }
        }
    }

    /// The numbers in `0-3,8,10-11`.
    private static func count(_ list: [UInt8]) -> UInt32? {
        var count: UInt32 = 0
        for range in Text.clean(Text.trimmed(list[...])).split(separator: ",") {
            let ends = range.split(separator: "-").map { UInt32($0) }
            guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, first <= last,
                last < 1 << 20
            else { return nil }
            count += last - first + 1
        }
        return count > 0 ? count : nil
    }

    private func cgroupVersion() -> Reading<UInt32> {
        if files.exists("/sys/fs/cgroup/cgroup.controllers") { return .value(2) }
        return files.exists("/sys/fs/cgroup/memory") ? .value(1) : .unavailable(.notSupported)
    }

    private func runtimes() -> [String] {
        let sockets = [
            ("containerd", ["/run/containerd/containerd.sock", "/run/k3s/containerd/containerd.sock"]),
            ("cri-o", ["/run/crio/crio.sock"]), ("docker", ["/run/cri-dockerd.sock", "/run/docker.sock"]),
        ]
        return sockets.filter { $0.1.contains(where: files.exists) }.map(\.0)
    }

    private func distribution() -> String? {
        let systems = [
            "rhcos": "OpenShift", "scos": "OKD", "cos": "GKE", "bottlerocket": "Bottlerocket", "talos": "Talos",
        ]
        if let id = osRelease("ID").value, let name = systems[id] { return name }
        let folders = [
            ("k3s", "/var/lib/rancher/k3s"), ("RKE2", "/var/lib/rancher/rke2"), ("k0s", "/var/lib/k0s"),
            ("MicroK8s", "/var/snap/microk8s"), ("GKE", "/home/kubernetes/bin"),
        ]
        return folders.first { files.exists($0.1) }?.0
    }

    private func operatorReady() -> [String] {
        ((try? files.list("/run/nvidia/validations")) ?? []).filter { $0.hasSuffix("-ready") }.prefix(16)
            .map { Text.clean($0.dropLast(6).utf8, limit: 64) }.sorted()
    }

    /// GPU Feature Discovery writes the file where node-feature-discovery looks for it.
    private func labels() -> [String] {
        let path = "/etc/kubernetes/node-feature-discovery/features.d/gfd"
        let lines = Text.lines((try? files.read(path, limit: 64 << 10)) ?? [])
        return lines.filter { $0.contains(UInt8(ascii: "=")) }.prefix(128).map { Text.clean($0, limit: 256) }.sorted()
    }
}
