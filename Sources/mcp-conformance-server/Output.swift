internal import Dispatch
internal import Logging

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// What the fixture needs of the system.
enum Output {
    static func flush() { fflush(nil) }

    static func notice(_ text: String) {
        let bytes = Array("\(text)\n".utf8)
        _ = write(2, bytes, bytes.count)
    }

    static func ignoreLostReaders() { signal(SIGPIPE, SIG_IGN) }

    static func onThread(_ body: @escaping @Sendable () -> Void) { DispatchQueue.global().async(execute: body) }

    static var silent: Logger { Logger(label: "fixture") { _ in SwiftLogNoOpLogHandler() } }
}
