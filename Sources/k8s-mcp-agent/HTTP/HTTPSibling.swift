#if !HTTP
    internal import ArgumentParser

    #if canImport(Glibc)
        internal import Glibc
    #elseif canImport(Darwin)
        internal import Darwin
    #endif

    /// The build of the agent with HTTP in it (`make agent-http`). What is sent to a node stays small by leaving that out.
    enum HTTPSibling {
        static let name = "k8s-mcp-agent-http"

        /// Continues as the program of that name beside this one, with the same arguments; returns only if that fails.
        static func become() throws {
            let path = folder + "/" + name
            var arguments: [UnsafeMutablePointer<CChar>?] = CommandLine.arguments.map { strdup($0) }
            arguments.append(nil)
            execv(path, arguments)
            let why = String(cString: strerror(errno))
            throw ValidationError(
                "--http needs \(path), which cannot be started (\(why)); build it with `make agent-http` and put it there."
            )
        }

        /// Where this program's file is.
        private static var folder: String {
            var buffer = [CChar](repeating: 0, count: 4_096)
            let count = readlink("/proc/self/exe", &buffer, buffer.count)
            let file =
                count > 0 ? String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self) : "."
            return String(file[..<(file.lastIndex(of: "/") ?? file.endIndex)])
        }
    }
#endif
