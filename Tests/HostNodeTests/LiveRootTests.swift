import HostNode
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Which folders are a real node's root and not one that plays a node.
@Suite struct LiveRootTests {
    @Test(arguments: ["/", "//", "/.", "/usr/..", "/proc/self/root", "/no such folder"])
    func theRootOfARunningSystemIsKnownByAnyName(path: String) { #expect(LiveRoot.isLive(path)) }

    @Test func aFolderPlaysANode() throws {
        let folder = try TemporaryFolder()
        #expect(!LiveRoot.isLive(folder.path))
        try #require(symlink("/proc", folder.path + "/proc") == 0)
        #expect(LiveRoot.isLive(folder.path))
    }
}
