package import Snapshots

/// The NVIDIA device nodes in a node's /dev or in that of a driver root.
package struct DeviceNodes: Sendable {
    private let files: any HostFiles

    package init(_ files: any HostFiles) {
        self.files = files
    }

    /// The nodes that must be there for NVML and CUDA, present or not, then all others that are there.
    ///
    /// The driver makes nodes lazily: one missing under a loaded module is not yet a fault.
    /// - Parameter minors: the N of each `/dev/nvidiaN` to expect, from `HostGPU.minorNumber`.
    package func nodes(minors: [UInt32] = []) -> [HostDeviceNode] {
        let expected = ["nvidiactl", "nvidia-uvm"] + minors.map { "nvidia\($0)" }
        let present = (try? files.list("/dev"))?.filter { $0.hasPrefix("nvidia") } ?? []
        let folders = present.filter { (try? files.status("/dev/\($0)"))?.kind == .directory }
        let others = present.filter { !expected.contains($0) && !folders.contains($0) }
        let inside = folders.flatMap { folder in
            ((try? files.list("/dev/\(folder)")) ?? []).map { "\(folder)/\($0)" }
        }
        return (expected + others.sorted() + inside.sorted()).map { node("/dev/\($0)") }
    }

    /// N of each `/dev/nvidiaN` that is there.
    package func gpuMinors() -> Reading<[UInt32]> {
        do throws(HostFileError) {
            return .value(try files.list("/dev").compactMap(Self.minor).sorted())
        } catch {
            return .unavailable(Unavailable(error))
        }
    }

    private static func minor(_ name: String) -> UInt32? {
        guard name.hasPrefix("nvidia") else { return nil }
        return UInt32(name.dropFirst("nvidia".count))
    }

    private func node(_ path: String) -> HostDeviceNode {
        do throws(HostFileError) {
            guard case .characterDevice = try files.status(path).kind else {
                return HostDeviceNode(path: path, access: .broken)
            }
            let mayOpen = try files.mayOpen(path, forWriting: true)
            return HostDeviceNode(path: path, access: mayOpen ? .openable : .noPermission)
        } catch {
            return HostDeviceNode(path: path, access: HostDeviceNode.Access(error))
        }
    }
}

extension HostDeviceNode.Access {
    fileprivate init(_ error: HostFileError) {
        switch error.cause {
        case .missing: self = .missing
        case .noPermission: self = .noPermission
        default: self = .broken
        }
    }
}
