internal import CUnix
internal import HostNode
package import Snapshots

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// What the kernel says of a process at this moment. Only files are read that never wait for the process itself.
package enum LiveProcess {
    /// State and start of a process.
    package struct Status: Sendable, Hashable {
        package var state: HostProcess.State?
        package var parentPID: Int32
        package var startTicks: UInt64
    }

    /// Nil where there is none of that number.
    package static func status(of pid: Int32) -> Status? {
        guard let bytes = head("/proc/\(pid)/stat"), let end = bytes.lastIndex(of: UInt8(ascii: ")")) else {
            return nil
        }
        // The name in brackets may hold anything; the state behind it is field 3, the parent 4, the start 22.
        let fields = bytes[(end + 1)...].split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
        guard fields.count > 19, let parent = Int32(fields[1]), let start = UInt64(fields[19]) else { return nil }
        return Status(
            state: HostProcess.State(rawValue: String(fields[0].prefix(1))), parentPID: parent, startTicks: start)
    }

    /// When a process started, in clock ticks from boot.
    package static func startTicks(of pid: Int32) -> UInt64? { status(of: pid)?.startTicks }

    /// This process and its parents up to the first one.
    package static func ancestry() -> Set<Int32> {
        var pids: Set<Int32> = []
        var pid = getpid()
        while pid > 1, pids.insert(pid).inserted, pids.count < 64, let parent = status(of: pid)?.parentPID {
            pid = parent
        }
        return pids
    }

    /// Whether it holds a device node of the driver open that really is one of the driver's devices: any file may be called
    /// like one.
    ///
    /// - Parameter takesAnyDevice: true where the driver is simulated and has no devices: any character device will do.
    package static func holdsDevice(_ pid: Int32, takesAnyDevice: Bool) -> Bool {
        let folder = "/proc/\(pid)/fd"
        guard let directory = opendir(folder) else { return false }
        defer { closedir(directory) }
        let numbers = takesAnyDevice ? nil : DriverDeviceNumbers(head("/proc/devices") ?? [])
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name != ".", name != "..", isDevice("\(folder)/\(name)", numbers) else { continue }
            return true
        }
        return false
    }

    private static func isDevice(_ link: String, _ numbers: DriverDeviceNumbers?) -> Bool {
        var target = [CChar](repeating: 0, count: 4_096)
        let count = readlink(link, &target, target.count - 1)
        guard count > 0 else { return false }
        let text = String(decoding: target[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard text.contains("/dev/nvidia") else { return false }
        // The link leads to the open file itself, which is not opened by this.
        var status = csystem_status()
        guard csystem_status_at(AT_FDCWD, link, &status) == 0, mode_t(status.mode) & S_IFMT == S_IFCHR else {
            return false
        }
        return numbers.map { $0.includes(major: status.major) } ?? true
    }

    static func head(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = read(descriptor, &buffer, buffer.count)
        return count > 0 ? Array(buffer[..<count]) : nil
    }
}
