#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A directory that looks like the proc and cgroup file systems; removed at the end.
final class FakeProc {
    let root: String

    init() {
        var template = Array("/tmp/fake-proc.XXXXXX\0".utf8CString)
        root = String(cString: mkdtemp(&template))
    }

    deinit {
        _ = system("rm -rf '\(root)'")
    }

    func process(_ pid: Int, cgroup: String, state: Character = "S", name: String = "agent") {
        write("proc/\(pid)/cgroup", cgroup)
        write("proc/\(pid)/stat", "\(pid) (\(name)) \(state) 1 1 1 0 -1")
    }

    func write(_ path: String, _ text: String) {
        let full = "\(root)/\(path)"
        _ = system("mkdir -p \"$(dirname '\(full)')\"")
        guard let file = fopen(full, "w") else { return }
        fputs(text, file)
        fclose(file)
    }
}
