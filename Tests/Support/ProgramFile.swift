#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Makes a file that can be run, such as a shell script with its first line.
///
/// A shell writes it. Were it open for writing here, every program that another test starts at that moment would have a copy of
/// the descriptor until its exec, and as long as one has, the kernel refuses to run the file (`ETXTBSY`).
///
/// - Throws: ``TestSystemError`` where it cannot be made.
package func makeProgram(_ text: String, at path: String) throws(TestSystemError) {
    let arguments = ["sh", "-c", #"printf '%s' "$1" > "$2" && chmod 755 "$2""#, "sh", text, path]
    let argv = arguments.map { strdup($0) } + [nil]
    defer { for argument in argv { free(argument) } }
    var pid: pid_t = 0
    errno = posix_spawn(&pid, "/bin/sh", nil, nil, argv, environ)
    guard errno == 0 else { throw TestSystemError(call: "posix_spawn") }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 {
        guard errno == EINTR else { throw TestSystemError(call: "waitpid") }
    }
    guard status == 0 else { throw TestSystemError(call: "sh") }
}
