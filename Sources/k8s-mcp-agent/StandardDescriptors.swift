#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The descriptors 0 to 2, which a process may be started without.
enum StandardDescriptors {
    /// Takes the place of those that are closed, before a pipe of our own gets their numbers and is taken for them.
    ///
    /// All are opened for reading only: input is at its end, and output still fails, as it would on a closed descriptor.
    static func fillGaps() {
        for descriptor in Int32(0)...2 where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest free number is this one, since those below it are open by now.
            _ = open("/dev/null", O_RDONLY)
        }
    }
}
