internal import HostNode
package import Snapshots

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Why the kubelet's socket told nothing.
package struct PodResourcesFailure: Error, Sendable, Hashable {
    package let outcome: KubeletSource.Outcome
    /// What went wrong, to stand behind the kubelet as its subject.
    package let detail: String

    init(_ outcome: KubeletSource.Outcome, _ detail: String) {
        self.outcome = outcome
        self.detail = detail
    }

    init(_ error: GRPCError) {
        self.init(.failed, error.description)
    }

    init(_ error: HostFileError) {
        switch error.cause {
        case .missing: self.init(.missing, "")
        case .noPermission: self.init(.noPermission, error.description)
        case .system(errno: ECONNREFUSED): self.init(.notListening, "nobody listens on it")
        // Its queue of connections is full: whoever listens there takes none.
        case .system(errno: EAGAIN): self.init(.timedOut, "it takes no more connections")
        default: self.init(.failed, error.description)
        }
    }
}
