import Glibc
import TestSupport
import Testing

@testable import HostNode

/// A socket in a folder that listens, or did.
private final class Listener {
    let folder: TemporaryFolder
    private var descriptor: CInt
    private var flooded: CInt = -1

    init(at path: String) throws {
        folder = try TemporaryFolder()
        try folder.write(.directory, at: path)
        descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // Through a short link: the folder's own name may be longer than a socket's address can be.
        let link = folder.path + "/l"
        symlink(folder.path + path, link)
        let name = Array((link + "/s").utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        unlink(link)
        guard bound == 0, listen(descriptor, 4) == 0 else { throw TestSystemError(call: "bind") }
    }

    deinit {
        close(descriptor)
        close(flooded)
    }

    /// Takes one connection and writes to it as much as the kernel keeps.
    func flood() {
        flooded = accept(descriptor, nil, nil)
        _ = fcntl(flooded, F_SETFL, O_NONBLOCK)
        let bytes = [UInt8](repeating: 0, count: 64 << 10)
        while write(flooded, bytes, bytes.count) > 0 {}
    }

    /// Takes one connection, answers with what it says and closes.
    func echo(_ count: Int) {
        let peer = accept(descriptor, nil, nil)
        var bytes = [UInt8](repeating: 0, count: count)
        var got = 0
        while got < count {
            let more = bytes.withUnsafeMutableBytes { read(peer, $0.baseAddress.map { $0 + got }, count - got) }
            guard more > 0 else { break }
            got += more
        }
        _ = write(peer, bytes, got)
        close(peer)
    }

    func stop() {
        // A child that another test has just forked may have the descriptor for a moment, too.
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
        descriptor = -1
    }
}

@Suite(.serialized) struct HostSocketTests {
    /// Longer than the 107 bytes that an address of a socket has.
    private let path = "/" + String(repeating: "long-name/", count: 15) + "end"

    @Test(arguments: [true, false]) func talksToASocketBelowALongPath(_ usesOpenInRoot: Bool) throws {
        let listener = try Listener(at: path)
        let files = try HostDirectory(root: listener.folder.path, usesOpenInRoot: usesOpenInRoot)
        let socket = try files.connect(path + "/s", milliseconds: 2_000)
        try socket.send(Array("hello".utf8))
        listener.echo(5)
        #expect(try socket.receive() == Array("hello".utf8))
        #expect(try socket.receive() == [])
    }

    @Test func waitsNoLongerThanTold() throws {
        let listener = try Listener(at: "/a")
        let socket = try HostDirectory(root: listener.folder.path).connect("/a/s", milliseconds: 20)
        do throws(HostSocketError) {
            _ = try socket.receive()
            Issue.record("something came")
        } catch {
            #expect(error.cause == .timedOut)
        }
        // Nobody reads: the kernel's buffer is full at some point.
        do throws(HostSocketError) {
            try socket.send([UInt8](repeating: 0, count: 8 << 20))
            Issue.record("all of it was sent")
        } catch {
            #expect(error.cause == .timedOut)
        }
    }

    @Test func whoNeverStopsTalkingIsLeftWhenTheTimeIsOver() throws {
        let listener = try Listener(at: "/a")
        let socket = try HostDirectory(root: listener.folder.path).connect("/a/s", milliseconds: 1)
        listener.flood()
        usleep(2_000)
        do throws(HostSocketError) {
            _ = try socket.receive()
            Issue.record("something was taken")
        } catch {
            #expect(error.cause == .timedOut)
        }
    }

    @Test func whatIsNoSocket() throws {
        let folder = try TemporaryFolder()
        try folder.write(.text("x"), at: "/file")
        let files = try HostDirectory(root: folder.path)
        for (path, cause) in [("/file", HostFileError.Cause.wrongKind), ("/none", .missing)] {
            do throws(HostFileError) {
                _ = try files.connect(path, milliseconds: 10)
                Issue.record("connected to \(path)")
            } catch {
                #expect(error.cause == cause)
            }
        }
    }

    @Test func nobodyListens() throws {
        let listener = try Listener(at: "/a")
        listener.stop()
        do throws(HostFileError) {
            _ = try HostDirectory(root: listener.folder.path).connect("/a/s", milliseconds: 10)
            Issue.record("connected")
        } catch {
            #expect(error.cause == .system(errno: ECONNREFUSED))
        }
    }
}
