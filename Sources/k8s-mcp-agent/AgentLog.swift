internal import ArgumentParser

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// How much the agent says about itself.
enum LogLevel: String, ExpressibleByArgument, CaseIterable, Comparable {
    case debug, info, notice, warning, error

    static func < (left: LogLevel, right: LogLevel) -> Bool {
        (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
    }
}

/// Lines on standard error; standard output belongs to the protocol alone.
struct AgentLog: Sendable {
    let level: LogLevel

    func info(_ text: @autoclosure () -> String) { write(.info, text) }
    /// What is said although nothing is wrong, unless the log is told to be quieter.
    func notice(_ text: @autoclosure () -> String) { write(.notice, text) }
    func warning(_ text: @autoclosure () -> String) { write(.warning, text) }

    private func write(_ line: LogLevel, _ text: () -> String) {
        guard line >= level else { return }
        let bytes = Array("k8s-mcp-agent: \(line.rawValue): \(text())\n".utf8)
        #if canImport(Glibc)
            _ = Glibc.write(2, bytes, bytes.count)
        #else
            _ = Darwin.write(2, bytes, bytes.count)
        #endif
    }
}
