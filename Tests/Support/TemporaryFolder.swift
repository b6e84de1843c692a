#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A folder that is removed with all its content when it goes out of scope.
package final class TemporaryFolder: Sendable {
    package let path: String

    /// - Throws: ``TestSystemError`` where there is no room for it.
    package init() throws {
        var template = Array("/tmp/agent-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TestSystemError(call: "mkdtemp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Self.remove(path) }

    /// Makes the folders between this one and a file in it.
    package func makeParents(of name: String) {
        var parent = path
        for part in name.split(separator: "/").dropLast() {
            parent += "/" + part
            mkdir(parent, 0o755)
        }
    }

    private static func remove(_ path: String) {
        if let directory = opendir(path) {
            while let entry = readdir(directory) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                guard name != ".", name != ".." else { continue }
                let child = path + "/" + name
                if unlink(child) != 0 { remove(child) }
            }
            closedir(directory)
        }
        rmdir(path)
    }
}

/// A system call that failed while a test prepared something.
package struct TestSystemError: Error {
    package let call: String
    package let code: Int32

    /// Keeps `errno` of this moment.
    package init(call: String) {
        self.call = call
        code = errno
    }
}
