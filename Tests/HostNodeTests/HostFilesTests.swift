import Glibc
import Snapshots
import TestSupport
import Testing

@testable import HostNode

@Suite struct HostFilesTests {
    static let node: [String: InMemoryHostFiles.Entry] = [
        "/proc/uptime": .text("12.5 3.0\n"),
        "/etc/release": .text("node"),
        "/empty": .text(""),
        "/plain/a": .text("a"),
        "/plain/b/c": .text("c"),
        "/links/absolute": .symlink("/etc/release"),
        "/links/relative": .symlink("../etc/release"),
        "/links/chain": .symlink("absolute"),
        "/links/outside": .symlink("../../../../../../etc/release"),
        "/links/password": .symlink("/etc/passwd"),
        "/links/directory": .symlink("/plain"),
        "/links/missing": .symlink("/nowhere"),
        "/links/loop": .symlink("loop"),
        "/links/ping": .symlink("pong"),
        "/links/pong": .symlink("ping"),
        "/links/root": .symlink("/"),
    ]

    func text(_ files: any HostFiles, _ path: String) throws -> String {
        String(decoding: try files.read(path), as: UTF8.self)
    }

    @Test(arguments: Tree.allCases) func readsFiles(_ tree: Tree) throws {
        let files = try tree.files(Self.node)
        #expect(try text(files, "/proc/uptime") == "12.5 3.0\n")
        #expect(try text(files, "//plain/./b//c") == "c")
        #expect(try text(files, "/plain/b/../a") == "a")
        #expect(try files.read("/empty").isEmpty)
        #expect(try files.head("/etc/release", limit: 2) == Array("no".utf8))
        #expect(try files.read("/etc/release", limit: 4).count == 4)
    }

    @Test(arguments: Tree.allCases) func symlinksStayInside(_ tree: Tree) throws {
        let files = try tree.files(Self.node)
        for name in ["absolute", "relative", "chain", "outside", "directory/../etc/release", "root/etc/release"] {
            #expect(try text(files, "/links/\(name)") == "node", "\(name)")
        }
        #expect(try text(files, "/../../etc/release") == "node")
        #expect(try text(files, "/links/directory/b/c") == "c")
        #expect(try files.link("/links/outside") == "../../../../../../etc/release")
        #expect(try files.link("/links/directory") == "/plain")
    }

    @Test(arguments: Tree.allCases) func nothingOutsideCanBeRead(_ tree: Tree) throws {
        let files = try tree.files(Self.node)
        for path in ["/links/password", "/etc/passwd", "/../../../../etc/passwd", "/links/root/../../etc/passwd"] {
            #expect(cause(of: { () throws(HostFileError) in _ = try files.read(path) }) == .missing, "\(path)")
        }
    }

    @Test(arguments: Tree.allCases) func errorsHaveNames(_ tree: Tree) throws {
        let files = try tree.files(Self.node)
        #expect(cause(of: { () throws(HostFileError) in _ = try files.read("/nowhere") }) == .missing)
        #expect(cause(of: { () throws(HostFileError) in _ = try files.read("/links/missing") }) == .missing)
        #expect(cause(of: { () throws(HostFileError) in _ = try files.read("/etc/release\0.txt") }) == .missing)
        #expect(cause(of: { () throws(HostFileError) in _ = try files.read("/plain") }) == .wrongKind)
        #expect(cause(of: { () throws(HostFileError) in _ = try files.list("/etc/release") }) == .wrongKind)
        #expect(cause(of: { () throws(HostFileError) in _ = try files.link("/etc/release") }) == .wrongKind)
        #expect(cause(of: { () throws(HostFileError) in _ = try files.link("/nowhere") }) == .missing)
        #expect(cause(of: { () throws(HostFileError) in _ = try files.link("/") }) == .wrongKind)
        #expect(cause(of: { () throws(HostFileError) in _ = try files.read("/links/loop") }) == .tooManyLinks)
        #expect(cause(of: { () throws(HostFileError) in _ = try files.read("/links/ping") }) == .tooManyLinks)
        #expect(cause(of: { () throws(HostFileError) in _ = try files.resolve("/links/pong/x") }) == .tooManyLinks)
        #expect(
            cause(of: { () throws(HostFileError) in _ = try files.read("/etc/release", limit: 3) })
                == .tooLarge(limit: 3))
    }

    @Test(arguments: Tree.allCases) func listsDirectories(_ tree: Tree) throws {
        let files = try tree.files(Self.node)
        #expect(try Set(files.list("/plain")) == ["a", "b"])
        #expect(try Set(files.list("/links/directory")) == ["a", "b"])
        #expect(try Set(files.list("/")).isSuperset(of: ["proc", "etc", "links", "empty"]))
        let found = try Set(files.links(in: "/links", containing: "etc/rel").map(\.name))
        #expect(found == ["absolute", "relative", "outside"])
    }

    @Test(arguments: Tree.allCases) func resolvesToARealName(_ tree: Tree) throws {
        let files = try tree.files(Self.node)
        #expect(try files.resolve("/links/chain") == "/etc/release")
        #expect(try files.resolve("/links/outside") == "/etc/release")
        #expect(try files.resolve("/links/directory/b/../x") == "/plain/x")
        #expect(try files.resolve("/../..") == "/")
        #expect(try files.status("/links/directory").kind == .directory)
        #expect(try files.status("/links/chain").size == 4)
    }

    @Test(arguments: [Tree.memory, .subtree, .directory]) func knowsDevicesAndRights(_ tree: Tree) throws {
        guard geteuid() == 0 || tree != .directory else { return }
        let files = try tree.files(["/dev/nvidia3": .characterDevice(major: 195, minor: 3)])
        #expect(try files.status("/dev/nvidia3").kind == .characterDevice(major: 195, minor: 3))
        #expect(try files.mayOpen("/dev/nvidia3", forWriting: true))
        #expect(
            cause(of: { () throws(HostFileError) in _ = try files.mayOpen("/dev/nvidia4", forWriting: true) })
                == .missing)
        #expect(cause(of: { () throws(HostFileError) in _ = try files.read("/dev/nvidia3") }) == .wrongKind)
    }

    @Test(arguments: [Tree.memory, .subtree]) func forbiddenFilesSayWhatToDo(_ tree: Tree) throws {
        let files = try tree.files(["/secret": .forbidden])
        let error = #expect(throws: HostFileError.self) { try files.read("/secret") }
        #expect(error?.cause == .noPermission)
        #expect(error?.description.contains("run as root") == true)
        #expect(try !files.mayOpen("/secret", forWriting: false))
    }

    @Test func aPipeIsNotWaitedFor() throws {
        let folder = try TemporaryFolder()
        #expect(mkfifo(folder.path + "/pipe", 0o600) == 0)
        let files = try HostDirectory(root: folder.path)
        #expect(cause(of: { () throws(HostFileError) in _ = try files.read("/pipe") }) == .wrongKind)
    }

    @Test func aRootThatIsNotThereIsNamed() {
        #expect(cause(of: { () throws(HostFileError) in _ = try HostDirectory(root: "/no/such/root") }) == .missing)
    }

    @Test func readsTheRealNode() throws {
        let files = try HostDirectory(root: "/")
        #expect(try !files.read("/proc/self/stat").isEmpty)
        #expect(try files.link("/proc/self/exe").hasPrefix("/"))
        #expect(try files.list("/proc").contains("self"))
        #expect(
            cause(of: { () throws(HostFileError) in _ = try files.read("/proc/cpuinfo", limit: 10) })
                == .tooLarge(limit: 10))
    }

    @Test func manyEntriesAreAllListed() throws {
        let names = (0..<3000).map { "a-rather-long-name-for-a-file-\($0)" }
        let folder = try TemporaryFolder()
        try folder.write(Dictionary(uniqueKeysWithValues: names.map { ("/d/\($0)", .text("")) }))
        #expect(try Set(HostDirectory(root: folder.path).list("/d")) == Set(names))
    }
}

/// The cause of the error that `body` throws; nil if it throws none.
func cause(of body: () throws(HostFileError) -> Void) -> HostFileError.Cause? {
    do throws(HostFileError) {
        try body()
        return nil
    } catch {
        return error.cause
    }
}
