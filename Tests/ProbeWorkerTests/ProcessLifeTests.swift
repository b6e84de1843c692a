import HostNode
import Snapshots
import Testing

@testable import ProbeWorker

/// What /proc says of NVML's processes, where the two speak of the same numbers.
@Suite struct ProcessLifeTests {
    private static let files = InMemoryHostFiles([
        "/proc/41/stat": .text("41 (python3) S 1 41 41 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 100 0 0"),
        "/proc/42/stat": .text("42 (python3) Z 1 42 42 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 100 0 0"),
    ])

    private static func lives(sharesProcessIDs: Bool?) -> [GPUProcessLife] {
        var node = WorkerNode(files: files, root: "/")
        node.sharesProcessIDs = sharesProcessIDs
        var processes = GPUProcesses()
        processes.compute = .value([41, 42, 43].map { GPUProcess(pid: $0, usedMemoryBytes: 1) })
        return node.withLives(processes).compute.value?.map(\.life) ?? []
    }

    @Test(arguments: [true, nil] as [Bool?]) func areTold(sharesProcessIDs: Bool?) {
        #expect(Self.lives(sharesProcessIDs: sharesProcessIDs) == [.alive, .zombie, .gone])
    }

    @Test func nothingIsReadThatWaitsForAProcessThatIsStuck() {
        var base = Self.files
        base["/proc/41/cmdline"] = .text("python3")
        let files = RecordingHostFiles(base)
        let node = WorkerNode(files: files, root: "/")
        var processes = GPUProcesses()
        processes.compute = .value([GPUProcess(pid: 41, usedMemoryBytes: 1)])
        #expect(node.withLives(processes).compute.value?.map(\.life) == [.alive])
        #expect(files.entries["/proc/41/cmdline"] == nil)
    }

    @Test func areNotKnownInANamespaceOfItsOwn() {
        #expect(Self.lives(sharesProcessIDs: false) == [.notRead, .notRead, .notRead])
    }
}
