internal import Snapshots

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

extension StuckProcess {
    /// Asks the kernel what holds this process.
    static func inspect(_ pid: Int32) -> StuckProcess {
        let stat = readProcFile("/proc/\(pid)/stat")
        // The command name stands in parentheses and may itself contain them; the state follows the last one.
        let state = stat.flatMap { text in
            text.lastIndex(of: ")").map { String(text[text.index(after: $0)...].drop { $0 == " " }.prefix(1)) }
        }
        let channel = readProcFile("/proc/\(pid)/wchan").flatMap { $0.isEmpty || $0 == "0" ? nil : $0 }
        let stack = readProcFile("/proc/\(pid)/stack") ?? ""
        return StuckProcess(
            pid: pid, state: state, waitChannel: channel,
            stack: stack.split(separator: "\n").prefix(12).map { String($0.drop { $0 != "]" }.dropFirst(2)) })
    }

    private static func readProcFile(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 8_192)
        let count = read(descriptor, &buffer, buffer.count)
        guard count >= 0 else { return nil }
        return String(decoding: buffer[..<count], as: UTF8.self)
    }
}
