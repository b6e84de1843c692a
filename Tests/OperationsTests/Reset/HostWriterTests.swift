import CUnix
import EventLoop
import Glibc
import HostNode
import Operations
import Snapshots
import TestSupport
import Testing

/// Nothing is ever written outside of the node's root, whatever links lie in the way.
@Suite struct HostWriterTests {
    static let device = "/sys/bus/pci/devices/0000:3b:00.0"

    /// Writes a reset of the GPU into a folder; `seen` is what resolving the path is told.
    static func write(
        _ folder: Folder, _ seen: (any HostFiles)? = nil, control: HostControl = .reset(FakeKernel.gpu)
    ) async throws -> ControlOutcome {
        let files: any HostFiles = try seen ?? HostDirectory(root: folder.path)
        return try await onLoop { loop in
            await HostWriter(files: files, root: folder.path, loop: loop).apply(control)
        }
    }

    /// Ctrl-C reaches everybody in a terminal's group.
    @Test func aWriteIsInAProcessGroupOfItsOwn() throws {
        let folder = try Folder(["/sys/bus/pci/rescan": .text("")])
        let root = open(folder.path, O_RDONLY | O_DIRECTORY)
        defer { close(root) }
        let pid = csystem_start_write(root, "/sys/bus/pci/rescan", "1", 1)
        try #require(pid > 0)
        var info = siginfo_t()
        // Until it is collected it still tells which group it was in.
        while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        #expect(getpgid(pid) == pid)
        waitpid(pid, nil, 0)
        #expect(folder.text("/sys/bus/pci/rescan") == "1")
    }

    @Test func writesWhereTheLinksOfSysfsLead() async throws {
        let folder = try Folder(FakeKernel.node())
        #expect(try await Self.write(folder) == .done)
        #expect(folder.text("\(FakeKernel.device)/reset") == "1")
    }

    @Test func absoluteLinksStayInsideTheRoot() async throws {
        let folder = try Folder(["/sys/real/reset": .text(""), Self.device: .symlink("/sys/real")])
        #expect(try await Self.write(folder) == .done)
        #expect(folder.text("/sys/real/reset") == "1")
    }

    @Test func linksUpwardsStayInsideTheRoot() async throws {
        let outside = try Folder(["/reset": .text("untouched")])
        let folder = try Folder([Self.device: .symlink("../../../../../../../../../../../.." + outside.path)])
        #expect(try await Self.write(folder) == .failed(errno: ENOENT))
        #expect(outside.text("/reset") == "untouched")
    }

    @Test func aMissingFileIsNotMade() async throws {
        let folder = try Folder(["/sys/bus/pci/rescan": .text("")])
        #expect(try await Self.write(folder) == .failed(errno: ENOENT))
        #expect(access(folder.path + Self.device, F_OK) != 0)
    }

    /// A link that was not there when the path was resolved.
    @Test(arguments: [true, false]) func aLinkThatAppearsMeanwhileIsNotFollowed(_ isLast: Bool) async throws {
        let outside = try Folder(["/reset": .text("untouched")])
        let folder = try Folder()
        if isLast {
            folder.put("\(Self.device)/reset", .symlink(outside.path + "/reset"))
        } else {
            folder.put(Self.device, .symlink(outside.path))
        }
        let outcome = try await Self.write(folder, InMemoryHostFiles(["\(Self.device)/reset": .text("")]))
        #expect(outcome == .failed(errno: isLast ? ELOOP : ENOTDIR))
        #expect(outside.text("/reset") == "untouched")
    }

    @Test func onlyRegularFilesAreWritten() async throws {
        let folder = try Folder(["\(Self.device)/reset": .directory])
        #expect(try await Self.write(folder) == .failed(errno: EISDIR))
        let pipe = try Folder(["\(Self.device)/x": .text("")])
        mkfifo(pipe.path + "\(Self.device)/reset", 0o600)
        #expect(try await Self.write(pipe) == .failed(errno: ENXIO))
    }

    @Test func everyControlNamesAFileOfTheDeviceAlone() {
        let gpu = FakeKernel.gpu
        let controls: [HostControl] = [
            .power(gpu, .on), .unbindLock(gpu, held: true), .unbind(gpu, driver: "../../x"), .reset(gpu),
            .resetSubordinate(gpu), .remove(gpu), .rescan, .probeDrivers(gpu),
        ]
        for control in controls {
            #expect(control.path.hasPrefix("/sys/bus/pci/") || control.path.hasPrefix("/proc/driver/nvidia/gpus/"))
            #expect(!control.path.contains("..") && !control.text.contains("/"))
        }
        #expect(
            "\(HostControl.unbindLock(gpu, held: true))" == "echo 1 > /proc/driver/nvidia/gpus/0000:3b:00.0/unbindLock")
    }
}
