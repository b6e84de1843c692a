import Snapshots
import Testing

@testable import HostNode

@Suite struct DriverLibraryTests {
    /// A shared object's first bytes.
    static func library(_ machine: ELFMachine = .x86, type: UInt8 = 3, word: UInt8 = 2) -> InMemoryHostFiles.Entry {
        var header = [UInt8](repeating: 0, count: 64)
        header.replaceSubrange(0..<6, with: [0x7f, 0x45, 0x4c, 0x46, word, 1])
        header[16] = type
        header[18] = UInt8(machine.rawValue & 0xff)
        return .file(header)
    }

    /// `libnvidia-ml.so.1` and the file behind it in one directory.
    static func installed(
        _ directory: String, _ version: String, absoluteIn root: String? = nil
    ) -> [String: InMemoryHostFiles.Entry] {
        let file = "libnvidia-ml.so.\(version)"
        let target = root.map { String(directory.dropFirst($0.count)) + "/" + file } ?? file
        return ["\(directory)/libnvidia-ml.so.1": .symlink(target), "\(directory)/\(file)": library()]
    }

    struct Node: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let directory: String
        let root: String

        init(_ name: String, _ directory: String, root: String = "/host") {
            testDescription = name
            self.directory = directory
            self.root = root
        }
    }

    static let nodes = [
        Node("Ubuntu", "/usr/lib/x86_64-linux-gnu"),
        Node("Debian alternatives", "/usr/lib/x86_64-linux-gnu/nvidia/current"),
        Node("RHEL", "/usr/lib64"),
        Node("installer", "/usr/lib"),
        Node("Bottlerocket", "/usr/lib/nvidia/tesla"),
        Node("Bottlerocket sys-root", "/x86_64-bottlerocket-linux-gnu/sys-root/usr/lib/nvidia/tesla"),
        Node("GKE COS", "/home/kubernetes/bin/nvidia/lib64"),
        Node("GKE pod", "/usr/local/nvidia/lib64", root: "/"),
        Node("Talos", "/usr/local/glibc/usr/lib"),
        Node("Talos before", "/usr/local/glibc/lib"),
        Node("Flatcar", "/opt/nvidia/lib64"),
        Node("GPU Operator", "/usr/lib/x86_64-linux-gnu", root: "/host/run/nvidia/driver"),
        Node("OpenShift", "/usr/lib64", root: "/run/nvidia/driver"),
        Node("operator pod", "/usr/lib64", root: "/driver-root"),
        Node("Bright", "/cm/local/apps/cuda/libs/current/lib64"),
        Node("NixOS", "/run/opengl-driver/lib"),
        Node("WSL", "/usr/lib/wsl/lib"),
        Node("container runtime", "/usr/lib64", root: "/"),
    ]

    @Test(arguments: nodes, [Tree.memory, .directory]) func isFoundOnEachSystem(_ node: Node, _ tree: Tree) throws {
        let place = node.root == "/" ? node.directory : node.root + node.directory
        var entries = Self.installed(place, "570.133.20")
        entries["/usr/bin/agent"] = .text("")
        var search = DriverLibrarySearch(try tree.files(entries), machine: .x86)
        search.moduleVersion = "570.133.20"
        let choice = search.run().choice
        #expect(choice?.root == node.root)
        #expect(choice?.pathInRoot == node.directory + "/libnvidia-ml.so.1")
        #expect(choice?.path == place + "/libnvidia-ml.so.1")
        #expect(choice?.version == "570.133.20")
        #expect(choice?.versionMatch == .same)
        #expect(choice?.needsChroot == (node.root != "/"))
    }

    @Test(arguments: [Tree.memory, .directory, .subtree]) func absoluteLinksMeanTheDriverRoot(_ tree: Tree) throws {
        let files = try tree.files(
            Self.installed("/host/usr/lib64", "570.86.15", absoluteIn: "/host").merging(
                ["/usr/lib64/libnvidia-ml.so.570.86.15": .text("not this one")]) { first, _ in first })
        let result = DriverLibrarySearch(files, machine: .x86).run()
        #expect(result.choice?.root == "/host")
        #expect(result.choice?.version == "570.86.15")
    }

    @Test(arguments: [Tree.memory, .directory]) func theModulesVersionWins(_ tree: Tree) throws {
        var entries = Self.installed("/host/usr/lib64", "535.54.03")
        entries.merge(Self.installed("/host/usr/lib/x86_64-linux-gnu", "570.133.20")) { first, _ in first }
        var search = DriverLibrarySearch(try tree.files(entries), machine: .x86)
        search.moduleVersion = "570.133.20"
        let result = search.run()
        #expect(result.choice?.pathInRoot == "/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1")
        let other = result.candidates.first { $0.pathInRoot == "/usr/lib64/libnvidia-ml.so.1" && $0.root == "/host" }
        #expect(other?.verdict == .otherVersion)
        search.moduleVersion = nil
        #expect(search.run().choice?.version == "535.54.03")
        search.moduleVersion = "580.1.2"
        #expect(search.run().choice?.versionMatch == .different)
    }

    @Test(arguments: [Tree.memory, .directory]) func whatIsNoDriverIsNotChosen(_ tree: Tree) throws {
        let files = try tree.files([
            "/lib64/libnvidia-ml.so.1": Self.library(.x86, word: 1),
            "/usr/lib/libnvidia-ml.so.1": .symlink("../../usr/local/cuda/lib64/stubs/libnvidia-ml.so"),
            "/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1": .text("#!/bin/sh"),
            "/usr/lib64/libnvidia-ml.so.1": .text(""),
            "/usr/local/cuda/lib64/stubs/libnvidia-ml.so": Self.library(),
            "/usr/local/nvidia/lib64/libnvidia-ml.so.1": Self.library(.arm64),
            "/usr/lib/wsl/lib/libnvidia-ml.so.1": .symlink("libnvidia-ml.so.1"),
            "/opt/nvidia/lib64/libnvidia-ml.so.1": Self.library(type: 2),
            "/run/opengl-driver/lib/libnvidia-ml.so.1": .symlink("/gone"),
        ])
        let result = DriverLibrarySearch(files, machine: .x86).run()
        #expect(result.choice == nil)
        let verdicts = Dictionary(
            result.candidates.map { ($0.pathInRoot, $0.verdict) }, uniquingKeysWith: { first, _ in first })
        #expect(verdicts["/usr/lib64/libnvidia-ml.so.1"] == .empty)
        #expect(verdicts["/usr/lib/libnvidia-ml.so.1"] == .stub)
        #expect(verdicts["/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1"] == .notALibrary)
        #expect(verdicts["/lib64/libnvidia-ml.so.1"] == .otherArchitecture)
        #expect(verdicts["/usr/local/nvidia/lib64/libnvidia-ml.so.1"] == .otherArchitecture)
        #expect(verdicts["/opt/nvidia/lib64/libnvidia-ml.so.1"] == .notALibrary)
        #expect(verdicts["/run/opengl-driver/lib/libnvidia-ml.so.1"] == .missing)
        #expect(verdicts["/usr/lib/wsl/lib/libnvidia-ml.so.1"] == .unreadable(.error(code: 17)))
    }

    @Test(arguments: [Tree.memory, .directory]) func aPersonsChoiceIsFinal(_ tree: Tree) throws {
        var entries = Self.installed("/usr/lib64", "570.133.20")
        entries.merge(Self.installed("/host/odd", "1.2", absoluteIn: "/host")) { first, _ in first }
        var search = DriverLibrarySearch(try tree.files(entries), machine: .x86)
        search.moduleVersion = "570.133.20"
        search.explicitPath = "/host/odd/libnvidia-ml.so.1"
        #expect(search.run().choice?.root == "/host")
        #expect(search.run().choice?.versionMatch == .different)
        search.explicitPath = "/usr/lib64"
        #expect(search.run().choice?.path == "/usr/lib64/libnvidia-ml.so.1")
        search.explicitPath = "/nowhere/lib.so"
        #expect(search.run().choice == nil)
        #expect(search.run().candidates.map(\.verdict) == [.missing])
    }

    @Test(arguments: [Tree.memory, .directory]) func theLoadersOwnPlacesComeFirst(_ tree: Tree) throws {
        var entries = Self.installed("/cached/lib", "570.1.1")
        entries.merge(Self.installed("/variable", "570.1.1")) { first, _ in first }
        entries.merge(Self.installed("/usr/lib64", "570.1.1")) { first, _ in first }
        let text = "glibc-ld.so.cache1.1\u{1}\0libm.so.6\0/lib/libm.so.6\0/cached/lib/libnvidia-ml.so.1\0/x/libz.so\0"
        entries["/etc/ld.so.cache"] = .text(text)
        var search = DriverLibrarySearch(try tree.files(entries), machine: .x86)
        #expect(search.run().choice?.path == "/cached/lib/libnvidia-ml.so.1")
        search.loaderDirectories = ["relative", "/none", "/variable"]
        #expect(search.run().choice?.path == "/variable/libnvidia-ml.so.1")
    }

    @Test func arm64HasItsOwnDirectories() {
        let files = InMemoryHostFiles([
            "/usr/lib/aarch64-linux-gnu/libnvidia-ml.so.1": Self.library(.arm64)
        ])
        let choice = DriverLibrarySearch(files, machine: .arm64).run().choice
        #expect(choice?.pathInRoot == "/usr/lib/aarch64-linux-gnu/libnvidia-ml.so.1")
        #expect(choice?.versionMatch == .unknown)
    }
}
