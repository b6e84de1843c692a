internal import JSON

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// What `diagnose --watch` prints: faults and verdicts on standard output, everything else on standard error.
struct WatchPrinter: Sendable {
    private let output: DiagnoseCommand.Output
    private let paint = Paint.forStandardOutput

    init(_ output: DiagnoseCommand.Output) { self.output = output }

    /// Makes the lines of faults.
    var lines: FaultLines { FaultLines(paint: paint, asJSON: output == .json) }

    func line(_ verdict: WatchedVerdict) -> String {
        guard output == .json else {
            return "\(verdict.at)  \(paint(verdict.verdict, verdict.verdict))  \(verdict.summary)"
        }
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("at", verdict.at)
            writer.field("verdict", verdict.verdict)
            writer.field("summary", verdict.summary)
        }
        return String(decoding: writer.finish(), as: UTF8.self)
    }

    /// False when nobody reads any more.
    func write(_ lines: [String]) -> Bool {
        guard !lines.isEmpty else { return true }
        let bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Self.platformWrite(1, $0) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            written += count
        }
        return true
    }

    func say(_ text: String) {
        let bytes = Array("k8s-mcp-agent: \(text)\n".utf8)
        _ = bytes.withUnsafeBytes { Self.platformWrite(2, $0) }
    }

    private static func platformWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Glibc)
            Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        #else
            Darwin.write(descriptor, bytes.baseAddress, bytes.count)
        #endif
    }
}
