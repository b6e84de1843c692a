import Glibc
import Snapshots
import Testing

@testable import HostNode

@Suite struct ProcessTableTests {
    typealias Entries = [String: InMemoryHostFiles.Entry]
    static let uid = "1f2e3d4c-5b6a-7980-aabb-ccddeeff0011"
    static let id = String(repeating: "0a1b2c3d", count: 8)

    static func stat(
        _ pid: Int32, _ name: String, _ state: String = "S", parent: Int = 1, flags: Int = 4_194_304, start: Int = 5000
    ) -> String {
        let middle = (0..<12).map { "\($0)" }.joined(separator: " ")
        return "\(pid) (\(name)) \(state) \(parent) \(pid) \(pid) 0 -1 \(flags) \(middle) \(start) 1000 20 1844\n"
    }

    static func process(
        _ pid: Int32, _ name: String, _ state: String = "S", fds: [String: String] = [:], commandLine: String = "",
        cgroup: String = "0::/\n", uid: Int = 0, flags: Int = 4_194_304
    ) -> Entries {
        var entries: Entries = [
            "/proc/\(pid)/stat": .text(stat(pid, name, state, flags: flags)),
            "/proc/\(pid)/status": .text(
                "Name:\t\(name)\nUid:\t\(uid)\t\(uid + 1)\t0\t0\nUidX:\t9\nNSpid:\t\(pid)\t7\n"),
            "/proc/\(pid)/cmdline": .text(commandLine),
            "/proc/\(pid)/cgroup": .text(cgroup),
            "/proc/\(pid)/fd": .directory,
        ]
        for (fd, target) in fds { entries["/proc/\(pid)/fd/\(fd)"] = .symlink(target) }
        return entries
    }

    static let node: Entries = [
        process(
            4242, "python3 -m (vl",
            fds: [
                "0": "/dev/null", "3": "socket:[77]", "7": "/dev/nvidia3", "8": "/dev/nvidia3", "9": "/dev/nvidiactl",
                "10": "/dev/nvidia-caps/nvidia-cap2", "11": "/dev/nvidia-uvm (deleted)",
            ], commandLine: "python3\0-m\0vllm\u{1b}[31m\0--key\0", cgroup: "0::/kubepods/pod\(uid)/\(id)\n", uid: 1000),
        process(4300, "in-driver-root", fds: ["4": "/run/nvidia/driver/dev/nvidia0"]),
        process(50, "bash", fds: ["0": "/dev/pts/0"], commandLine: String(repeating: "é", count: 400)),
        process(2, "kthreadd", flags: 0x0020_8040),
        process(60, "stuck", "D"),
        process(61, "gone", "Z"),
        [
            "/proc/stat": .text("cpu 1\nbtime 1000\n"), "/proc/self": .symlink("4242"), "/proc/uptime": .text("1 1"),
            "/proc/70/stat": .text("70 (cut"), "/proc/60/wchan": .text("os_acquire_semaphore"),
            "/proc/60/stack": .text(
                "[<0>] os_acquire_semaphore+0x1c/0x30 [nvidia]\n[<0>] nvidia_ioctl+0x2/0x4 [nvidia]\n"),
            "/proc/50/wchan": .text("0"),
            "/etc/passwd": .text(
                "root:x:0:0:root:/root:/bin/sh\nada:x:1001:1:A:/:/x\nbroken\n:x:y:z\nzero:x:0:0::/:/\n"),
        ],
    ].reduce(into: [:]) { $0.merge($1) { first, _ in first } }

    /// As `docker run --device /dev/nvidia0:/dev/gpu0` makes one.
    @Test func aNodeByAnotherNameIsFoundByItsNumbers() {
        let devices = "Character devices:\n  1 mem\n195 nvidia\n511 nvidia-uvm\n\nBlock devices:\n  7 nvidia-none\n"
        var entries = Self.process(
            80, "renamed", fds: ["5": "/dev/gpu0", "6": "/dev/null", "7": "/dev/uvm", "8": "/x"])
        entries["/proc/80/maps"] = .text("")
        entries["/proc/devices"] = .text(devices)
        entries["/dev/gpu0"] = .characterDevice(major: 195, minor: 0)
        entries["/dev/null"] = .characterDevice(major: 1, minor: 3)
        entries["/dev/uvm"] = .characterDevice(major: 511, minor: 0)
        let table = ProcessTable(InMemoryHostFiles(entries))
        let holders = table.deviceHolders(withMappings: true).value?.processes
        #expect(holders?.map(\.deviceNodes) == [.value(["nvidia-uvm", "nvidia0"])])
        #expect(table.processes([80], withMappings: true).first?.gpuMinors == [0])
        // To ask for each file's number takes too long where it does not matter.
        #expect(table.deviceHolders().value?.processes.isEmpty == true)
    }

    @Test func anOpenFileIsKnownThroughTheKernelsLink() throws {
        let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        let files = try HostDirectory(root: "/")
        let status = try files.openFileStatus("\(descriptor)", in: "/proc/\(getpid())/fd")
        #expect(status.kind == .characterDevice(major: 1, minor: 3))
    }

    @Test func theDriversNumbers() {
        let text =
            "Character devices:\n  1 mem\n195 nvidia-frontend\n237 nvidia-caps\n510 nvidia-uvm\n\nBlock devices:\n"
        let numbers = DriverDeviceNumbers(Array(text.utf8))
        #expect(numbers.name(major: 195, minor: 7) == "nvidia7" && numbers.name(major: 195, minor: 255) == "nvidiactl")
        #expect(numbers.name(major: 237, minor: 2) == "nvidia-caps/nvidia-cap2")
        #expect(numbers.name(major: 510, minor: 0) == "nvidia-uvm" && numbers.name(major: 1, minor: 3) == nil)
        #expect(numbers.includes(major: 510) && !numbers.includes(major: 1))
        #expect(DriverDeviceNumbers([]).name(major: 195, minor: 0) == "nvidia0")
    }

    @Test(arguments: Tree.allCases) func readsOneProcess(_ tree: Tree) throws {
        let process = try #require(ProcessTable(try tree.files(Self.node)).process(4242))
        #expect(process.name == "python3 -m (vl" && process.state == .sleeping && process.parentPID == 1)
        #expect(process.startTicks == 5000 && process.startedMicroseconds == 1_050_000_000)
        #expect(process.uid == .value(1001) && process.innerPID == .value(7))
        #expect(process.commandLine == .value("python3 -m vllm ..."))
        #expect(process.owner.value?.container?.podUID == Self.uid)
        #expect(process.deviceNodes == .value(["nvidia-caps/nvidia-cap2", "nvidia-uvm", "nvidia3", "nvidiactl"]))
        #expect(process.gpuMinors == [3])
        #expect(!process.isKernelThread)
    }

    @Test(arguments: Tree.allCases) func findsAllHolders(_ tree: Tree) throws {
        let holders = try #require(ProcessTable(try tree.files(Self.node)).deviceHolders().value)
        #expect(holders.processes.map(\.pid) == [4242, 4300])
        #expect(holders.processes.last?.deviceNodes == .value(["nvidia0"]))
        #expect(holders.processCount == 7)
        #expect(holders.unreadableCount == 0)
        #expect(holders.isComplete)
    }

    @Test(arguments: Tree.allCases) func whatWasNotLookedAtIsCounted(_ tree: Tree) throws {
        let holders = try #require(ProcessTable(try tree.files(Self.node)).deviceHolders(cpuBudget: 0).value)
        #expect(holders.processes.isEmpty && holders.unscannedCount == 7 && !holders.isComplete)
    }

    static func map(_ path: String) -> String {
        "7f1c00000000-7f1c00001000 rw-s 00000000 00:05 612                        \(path)\n"
    }

    @Test(arguments: Tree.allCases) func findsWhatIsMapped(_ tree: Tree) throws {
        var entries = Self.node
        for pid in [2, 50, 60, 61, 4242, 4300] { entries["/proc/\(pid)/maps"] = .text("") }
        let library = Self.map("/usr/lib/libcuda.so.1")
        // The device is in a later piece than the first, and the last line has no end.
        entries["/proc/50/maps"] = .text(
            String(repeating: library, count: 4_000) + Self.map("/dev/nvidia5 (deleted)")
                + String(Self.map("/dev/nvidia-uvm").dropLast()))
        let holders = try #require(
            ProcessTable(try tree.files(entries)).deviceHolders(withMappings: true).value)
        #expect(holders.processes.map(\.pid) == [50, 4242, 4300])
        #expect(holders.processes.first?.mappedNodes == .value(["nvidia-uvm", "nvidia5"]))
        #expect(holders.processes.first?.mappedGPUMinors == [5])
        #expect(holders.processes.first?.gpuMinors == [])
        #expect(holders.processes.last?.mappedNodes == .value([]))
        // 60 and the others have descriptors that can be read or none; 2 and 61 have no folder of them, so they ended.
        #expect(holders.isComplete)
    }

    @Test(arguments: Tree.allCases) func mapsThatCannotBeReadAreCounted(_ tree: Tree) throws {
        let holders = try #require(
            ProcessTable(try tree.files(Self.node)).deviceHolders(withMappings: true).value)
        #expect(holders.processes.map(\.pid) == [4242, 4300])
        #expect(holders.processes.first?.mappedNodes.value == nil)
        #expect(!holders.isComplete)
    }

    @Test(arguments: [Tree.memory, .subtree]) func whatMayNotBeReadIsCounted(_ tree: Tree) throws {
        var entries = Self.node
        for key in entries.keys where key.hasPrefix("/proc/4242/fd") { entries[key] = nil }
        entries["/proc/4242/fd"] = .forbidden
        let table = ProcessTable(try tree.files(entries))
        let holders = try #require(table.deviceHolders().value)
        #expect(holders.processes.map(\.pid) == [4300])
        #expect(holders.unreadableCount == 1)
        #expect(table.process(4242)?.deviceNodes == .unavailable(.noPermission))
    }

    @Test(arguments: Tree.allCases) func onlyTheseProcesses(_ tree: Tree) throws {
        let table = ProcessTable(try tree.files(Self.node))
        #expect(table.processes([61, 999, -1, 70, 2]).map(\.pid) == [61, 2])
        #expect(table.process(61)?.state == .zombie)
        #expect(table.process(2)?.isKernelThread == true)
        #expect(table.process(50)?.commandLine == .value(String(repeating: "é", count: 128)))
        #expect(table.uninterruptible().map(\.pid) == [60])
        #expect(table.uninterruptible(among: [50, 61]).isEmpty)
    }

    @Test(arguments: Tree.allCases) func tellsWhereAProcessWaits(_ tree: Tree) throws {
        let table = ProcessTable(try tree.files(Self.node))
        let wait = table.kernelWait(60)
        #expect(wait.channel == .value("os_acquire_semaphore"))
        #expect(wait.stack == .value(["os_acquire_semaphore+0x1c/0x30 [nvidia]", "nvidia_ioctl+0x2/0x4 [nvidia]"]))
        #expect(table.kernelWait(50).channel == .unavailable(.notSupported))
        #expect(table.kernelWait(50).stack == .unavailable(.notSupported))
    }

    @Test(arguments: Tree.allCases) func knowsUsers(_ tree: Tree) throws {
        let users = UserNames(try tree.files(Self.node))
        #expect(users[0] == "root" && users[1001] == "ada" && users[5] == nil)
        #expect(UserNames(InMemoryHostFiles())[0] == nil)
    }

    @Test func aNodeWithoutProcHasNoProcesses() {
        let table = ProcessTable(InMemoryHostFiles())
        #expect(table.process(1) == nil)
        #expect(table.deviceHolders() == .unavailable(.notSupported))
    }

    @Test(arguments: [
        "", "1", "1 (a", "1 (a)", ")1 (a", "1 (a) S", "1 (a) S 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
        "1 (a) S x 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
        "1 (a) S 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 99999999999999999999 1",
    ])
    func brokenLinesAreNoProcess(_ line: String) {
        #expect(ProcessStat(Array(line.utf8)) == nil)
    }

    @Test(
        "no start is told where numbers lead beyond all years",
        arguments: [
            ("1000", "281474976710655"), ("1000", "9223372036854775808"), ("9223372036854", "281474976710655"),
            ("9223372036854775807", "1"), ("253402300799", "500"),
        ])
    func startsWithoutEnd(_ boot: String, _ ticks: String) throws {
        let stat = "7 (a) S 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 \(ticks) 1"
        let files = InMemoryHostFiles(["/proc/stat": .text("cpu 1\nbtime \(boot)\n"), "/proc/7/stat": .text(stat)])
        let process = try #require(ProcessTable(files).process(7))
        #expect(process.startedMicroseconds == nil && process.startTicks == UInt64(ticks))
    }

    @Test func readsItself() throws {
        let files = try HostDirectory(root: "/")
        let table = ProcessTable(files)
        let device = open("/dev/null", O_RDONLY)
        defer { close(device) }
        let process = try #require(table.process(getpid()))
        #expect(process.parentPID == getppid())
        #expect(process.uid == .value(geteuid()))
        #expect(process.deviceNodes == .value([]))
        #expect(process.commandLine.value?.isEmpty == false)
        let age = WallClock.microseconds - (try #require(process.startedMicroseconds))
        #expect(age > -2_000_000 && age < 86_400_000_000)
        #expect(try table.pids().contains(getpid()))
        #expect(try files.links(in: "/proc/self/fd", containing: "/dev/null").contains { $0.name == "\(device)" })
        #expect((table.deviceHolders().value?.processCount ?? 0) > 0)
    }
}
