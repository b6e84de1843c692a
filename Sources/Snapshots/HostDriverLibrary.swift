/// Where libnvidia-ml.so.1 was looked for, and which one to open.
package struct HostDriverLibrary: Sendable, Hashable {
    /// Every place that was looked at, in order; files that are the same one are listed once.
    package var candidates: [Candidate]
    /// Nil when no candidate can be opened.
    package var choice: Choice?

    package init(candidates: [Candidate], choice: Choice?) {
        self.candidates = candidates
        self.choice = choice
    }

    /// One place where the library could be.
    package struct Candidate: Sendable, Hashable {
        package enum Verdict: Sendable, Hashable {
            /// A shared library for this machine; its version is the loaded module's or is not known to differ.
            case usable
            case missing
            /// A file of no bytes, as some images leave for the container runtime to mount over.
            case empty
            /// The CUDA toolkit's stub: it has every symbol and works with no driver.
            case stub
            /// Not an ELF shared object.
            case notALibrary
            /// For another processor or word size.
            case otherArchitecture
            /// Of another version than the loaded kernel module: NVML would refuse to start.
            case otherVersion
            case unreadable(Unavailable)
        }

        /// What led here: the caller, the dynamic loader's own search, or a driver root.
        package enum Origin: String, Sendable, Hashable {
            case explicit
            case loader
            case driverRoot = "driver_root"
        }

        package var origin: Origin
        /// The directory to enter (chroot) before opening; `/` for none.
        package var root: String
        /// Inside `root`.
        package var pathInRoot: String
        /// From the name of the file that the symlinks lead to, `libnvidia-ml.so.<version>`.
        package var version: String?
        package var verdict: Verdict

        package init(origin: Origin, root: String, pathInRoot: String, version: String? = nil, verdict: Verdict) {
            self.origin = origin
            self.root = root
            self.pathInRoot = pathInRoot
            self.version = version
            self.verdict = verdict
        }

        /// As seen from this process.
        package var path: String { root == "/" ? pathInRoot : root + pathInRoot }
    }

    /// The library to open.
    package struct Choice: Sendable, Hashable {
        package enum VersionMatch: String, Sendable, Hashable {
            /// The same as the loaded module's.
            case same
            /// The module's or the file's version is not known.
            case unknown
            /// Another one: NVML will answer NVML_ERROR_LIB_RM_VERSION_MISMATCH (18), which is a finding of its own.
            case different
        }

        /// As seen from this process.
        package var path: String
        /// The directory to enter before opening `pathInRoot`; `/` for none.
        package var root: String
        package var pathInRoot: String
        package var version: String?
        package var versionMatch: VersionMatch

        package init(path: String, root: String, pathInRoot: String, version: String?, versionMatch: VersionMatch) {
            self.path = path
            self.root = root
            self.pathInRoot = pathInRoot
            self.version = version
            self.versionMatch = versionMatch
        }

        /// Whether dependencies and device nodes are to be found in another root than this process' own.
        package var needsChroot: Bool { root != "/" }
    }
}

extension HostDriverLibrary.Candidate.Verdict: CustomStringConvertible {
    /// Why the candidate is what it is, for people.
    package var description: String {
        switch self {
        case .usable: "usable"
        case .missing: "not there"
        case .empty: "an empty file: the container runtime mounted no driver over it"
        case .stub: "a CUDA toolkit stub, not the driver's library"
        case .notALibrary: "not a shared library"
        case .otherArchitecture: "built for another processor"
        case .otherVersion:
            "not of the loaded kernel module's version: reload the module, reboot, or use the module's library"
        case .unreadable(let reason): "not readable (\(reason.word))"
        }
    }
}
