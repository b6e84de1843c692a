import HostNode

/// The nodes that are recorded for tests.
enum RecordedNode: String, CaseIterable, Sendable {
    case containerd = "dgx-h100-containerd"
    case cgroupV1 = "a100-cgroup-v1"
    case crio = "openshift-crio"
    case k3s
    case gke = "gke-cos"
    case mig = "a100-mig-mixed"

    func files() throws -> any HostFiles {
        let tests = #filePath.split(separator: "/").dropLast(3)
        return try HostDirectory(root: "/" + tests.joined(separator: "/") + "/Recordings/" + rawValue)
    }
}

/// The uid of the recorded pods, by number.
func recordedUID(_ number: Int) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits + "-1d2e-4f3a-8b4c-0123456789ab"
}

/// A container id.
func recordedID(_ number: Int) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 64 - digits.count) + digits
}
